/**
 * `offline: "persist"` in a real browser: what a page could not deliver is found by the next one, by one tab and not by two, and
 * where the store cannot be had memory has to do. The fault server refuses for an hour, which even the exit obeys.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, hang } from "../support/behaviours.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger, stats } from "../support/page.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());
beforeEach(() => fixture.server.reset());

const busy = () => answer(503, {}, { "retry-after": "3600" });
const options = (source: string) => ({ source, environment: "test", endpoint: "/v1/logs", offline: "persist" as const });
const messages = (source: string) => fixture.collector.entries(source).map((entry) => entry.message);

/** How many records are in the page's database. Opening one that is not there would make it. */
function records(page: Page): Promise<number> {
  return page.evaluate(async (name) => {
    if (!(await indexedDB.databases()).some((database) => database.name === name)) return 0;
    return new Promise<number>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const count = request.result.transaction("records").objectStore("records").count();
        count.onsuccess = () => {
          request.result.close();
          resolve(count.result);
        };
      };
    });
  }, `sapwood ${fixture.server.endpoint}`);
}

async function logRefused(page: Page, source: string, words: string[]): Promise<void> {
  fixture.server.script(busy());
  await openLogger(page, options(source));
  await page.evaluate((all) => all.forEach((word) => window.log.info(word)), words);
  await flush(page, 300);
  // The core may have taken longer to start than the flush waits.
  await waitFor("the refusal", () => fixture.server.received.length > 0);
  await waitFor("the record", async () => (await records(page)) === 1);
}

test("after a reload the next page delivers what the first could not, once and with its times", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await logRefused(page, source, ["one", "two", "three"]);
  const before = Date.now();
  await page.reload();
  assert.equal(fixture.collector.count(source), 0);
  await openLogger(page, options("another"));
  await waitFor("the entries", () => fixture.collector.count(source) === 3);
  assert.deepEqual(messages(source), ["one", "two", "three"]);
  assert.ok(fixture.collector.entries(source).every((entry) => entry.timestamp <= before));
  await waitFor("an empty store", async () => (await records(page)) === 0);
  const read = await stats(page);
  assert.deepEqual([read.accepted, read.recovered], [0, 3]);
});

test("what was delivered is no longer in the store", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, options(source));
  await page.evaluate(() => void window.log.info("one"));
  await waitFor("the record", async () => (await records(page)) === 1);
  assert.equal((await flush(page)).delivered, 1);
  await waitFor("an empty store", async () => (await records(page)) === 0);
});

test("a living tab's records are its own; when it is gone another sends them", async () => {
  const first = await fixture.open();
  const source = fixture.source();
  await logRefused(first, source, ["mine"]);
  const second = await first.context().newPage();
  await second.goto(`${fixture.server.url}/page`);
  await openLogger(second, options("another"));
  await second.evaluate(() => void window.log.info("hello"));
  await flush(second);
  assert.equal(fixture.collector.count(source), 0, "its page lives");
  await first.close();
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  assert.equal(fixture.server.received.filter((request) => request.logs.some((entry) => entry.message === "mine")).length, 2);
});

test("what waits in a tab that crashes is sent without a next visit", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, { ...options(source), flushInterval: 60_000 });
  await page.evaluate(() => void window.log.info("last words"));
  await waitFor("the record", async () => (await records(page)) === 1);
  const cdp = await page.context().newCDPSession(page);
  // It never answers: the renderer is gone.
  void cdp.send("Page.crash").catch(() => {});
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  await page.context().close();
});

/** A page that counts what the browser is given to hold back. */
interface Holding {
  armed: number;
  fetchLater(...given: unknown[]): unknown;
}

test("what an exit leaves goes in the request that the browser holds back, and what it sent does not go again", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await page.evaluate(() => {
    const self = globalThis as unknown as Holding;
    const { fetchLater } = self;
    self.armed = 0;
    self.fetchLater = (...given) => {
      self.armed += 1;
      return fetchLater(...given);
    };
  });
  await openLogger(page, { ...options(source), batchSize: 1000, batchBytes: 1_048_576, flushInterval: 60_000 });
  await page.evaluate(() => {
    for (let index = 0; index < 200; index += 1) window.log.info(`entry ${index}`, { note: "x".repeat(900) });
  });
  // Once for what crossed first, and a second later for all of it.
  await waitFor("the browser to hold it back", async () => (await page.evaluate(() => (globalThis as unknown as Holding).armed)) === 2);
  assert.equal(fixture.server.received.length, 0);
  // No answer lets the page send more before it is gone.
  fixture.server.script(hang());
  const context = page.context();
  await page.close({ runBeforeUnload: false });
  const seqs = () => fixture.server.received.flatMap(({ logs }) => logs.map(({ seq }) => seq));
  // About sixty fit what a page may send at its end, and some forty what the browser holds back.
  await waitFor("more than the exit sent", () => new Set(seqs()).size > 80);
  assert.equal(new Set(seqs()).size, seqs().length, "an entry was sent twice");
  await context.close();
});

test("a store that cannot be opened is told of once, and all is delivered from memory", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await page.evaluate(() => {
    Object.defineProperty(window, "indexedDB", { value: undefined });
  });
  await openLogger(page, options(source));
  await page.evaluate(() => void window.log.info("kept in memory"));
  assert.equal((await flush(page)).delivered, 1);
  assert.deepEqual(await page.evaluate(() => window.problems), ["store_failed"]);
});

test("a database of a newer version is left alone", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open(name, 7);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
    `sapwood ${fixture.server.endpoint}`,
  );
  await openLogger(page, options(source));
  await page.evaluate(() => void window.log.info("kept in memory"));
  assert.equal((await flush(page)).delivered, 1);
  assert.deepEqual(await page.evaluate(() => window.problems), ["store_failed"]);
});

test("a database that is deleted while it is open costs the journal and nothing else", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, options(source));
  await page.evaluate(() => void window.log.info("one"));
  await waitFor("the record", async () => (await records(page)) === 1);
  await page.evaluate(
    (name) =>
      new Promise((resolve) => {
        indexedDB.deleteDatabase(name).onsuccess = resolve;
      }),
    `sapwood ${fixture.server.endpoint}`,
  );
  await page.evaluate(() => void window.log.info("two"));
  assert.equal((await flush(page)).delivered, 2);
  assert.deepEqual(await page.evaluate(() => window.problems), ["store_failed"]);
});

test("where the chunk never comes the core inside of the package serves, after a while", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  let asked = 0;
  await page.route("**/persist.js", () => void (asked += 1));
  await openLogger(page, options(source));
  await page.evaluate(() => void window.log.info("kept in memory"));
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  assert.equal(asked, 1);
  assert.deepEqual(await page.evaluate(() => window.problems), ["store_failed"]);
});

test("a chunk that could not be loaded is asked for again by the next logger", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await page.route("**/persist.js", (route) => route.abort(), { times: 1 });
  await openLogger(page, options(source));
  await flush(page);
  assert.deepEqual(await page.evaluate(() => window.problems), ["store_failed"]);
  await logRefused(page, source, ["in the store"]);
  assert.deepEqual(await page.evaluate(() => window.problems), ["server_error"]);
});

test("where the chunk cannot be loaded the core inside of the package serves", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await page.route("**/persist.js", (route) => route.abort());
  await openLogger(page, options(source));
  await page.evaluate(() => void window.log.info("kept in memory"));
  assert.equal((await flush(page)).delivered, 1);
  assert.deepEqual(await page.evaluate(() => window.problems), ["store_failed"]);
});
