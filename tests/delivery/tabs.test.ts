/** Pages that come back from the back/forward cache, several tabs of one origin, and several loggers of one page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chosenBrowsers, launch, openApp, type RealBrowser, type RealPage } from "../support/browsers.js";
import { FaultServer } from "../support/server.js";
import { dropped } from "../support/stats.js";
import { waitFor } from "../support/wait.js";
import { account, assertOrder, countedBy, fence, marks, newSource, NOT_DUE, noteLast, openWaiting, readLast, sentBy, settle } from "./exits.js";
import { record, RUNS } from "./figures.js";

for (const name of chosenBrowsers()) {
  let server: FaultServer;
  let browser: RealBrowser;
  before(async () => {
    server = await FaultServer.start();
    browser = await launch(name);
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  test(`${name}: a page that comes back from the back/forward cache logs on`, async () => {
    const source = newSource();
    // Firefox never tells a page that comes back what became of the request that it left with: only the time limit ends it.
    const options = { timeoutMs: 2_000 };
    const { page } = await openWaiting(browser, server.url, source, { entries: 10, bytes: 10, options });
    await page.evaluate(() => {
      window.problems = [];
      addEventListener("pageshow", ({ persisted }) => window.problems.push(`persisted: ${persisted}`));
    });
    for (const round of [1, 2]) {
      await follow(page, "/blank");
      await settle(server.ledger, source, round * 10, 10_000);
      await goBack(page);
      assert.deepEqual(await page.evaluate(() => window.problems), Array(round).fill("persisted: true"), "the cache took the page");
      await page.evaluate((from) => {
        for (let index = from; index < from + 10; index += 1) window.log.info("Again", { index });
      }, round * 10);
    }
    const stats = await page.evaluate(async () => {
      await window.log.flush();
      return window.log.stats();
    });
    await page.close();
    record({
      topic: "tabs",
      scenario: "restored from the back/forward cache, twice",
      browser: name,
      runs: [account(server.ledger, source, stats.accepted, dropped(stats))],
    });
    assert.deepEqual([stats.accepted, stats.delivered, dropped(stats)], [30, 30, 0]);
    assert.deepEqual(marks(server.ledger, source), indices(30));
  });

  test(`${name}: two tabs log, one is closed`, async () => {
    const [closed, living] = [newSource(), newSource()];
    const first = await openWaiting(browser, server.url, closed, { entries: 50, bytes: 100 });
    const second = await openWaiting(browser, server.url, living, { entries: 50, bytes: 100 });
    await first.page.close();
    await settle(server.ledger, closed, 50, 10_000);
    const flushed = await second.page.evaluate(() => window.log.flush());
    await second.page.close();
    await fence(browser, server);
    const runs = [closed, living].map((source) => account(server.ledger, source, 50));
    record({ topic: "tabs", scenario: "two tabs, one is closed (a row of two)", browser: name, runs });
    assert.equal(flushed.pending + flushed.dropped, 0);
    for (const source of [closed, living]) assert.deepEqual(marks(server.ledger, source), indices(50));
  });

  test(`${name}: two loggers of a page share what an exit may carry`, async () => {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      const sources = [newSource(), newSource()];
      const page = await openApp(browser, `${server.url}/page`);
      const accepted = await page.evaluate(logByTwo, { sources, options: NOT_DUE });
      if (name !== "firefox") await page.evaluate(noteLast);
      await page.close();
      const lasts = await readLast(browser, server.url);
      const arrivedBy = () => sources.reduce((sum, each) => sum + server.ledger.count(each), 0);
      const sent = lasts?.reduce((sum, last) => sum + sentBy(last), 0) ?? LEAST;
      const deadline = performance.now() + EXIT_MS;
      await waitFor("what the page calls sent", () => arrivedBy() >= sent || (!lasts && performance.now() > deadline));
      await fence(browser, server);
      const parts = sources.map((source) => account(server.ledger, source, 0));
      const sum = (member: "arrived" | "twice" | "again") => parts.reduce((all, part) => all + part[member], 0);
      const counted = lasts?.reduce((all, last) => all + countedBy(last), 0) ?? null;
      runs.push({ accepted, arrived: sum("arrived"), twice: sum("twice"), again: sum("again"), counted });
      for (const { batch, logs } of server.received) {
        if (sources.includes(String(batch.resource["source"]))) assertOrder(logs.map(({ seq }) => seq));
      }
    }
    record({ topic: "tabs", scenario: "two loggers, 40 KB each, plain JSON", browser: name, runs });
    for (const { accepted, arrived, twice, counted } of runs) {
      assert.deepEqual([accepted, twice], [80, 0]);
      assert.ok(arrived >= LEAST, `${arrived} arrived`);
      assert.ok(counted === null || arrived + counted >= 80, `${arrived} arrived, ${counted} counted`);
    }
  });
}

/** 64 KiB carry more than so many entries of a kilobyte. */
const LEAST = 50;
/** How long what Firefox sends is waited for, in ms: nobody can say how much it is. */
const EXIT_MS = 5_000;

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Follows a link, as a person does: what a driver navigates it does not know any more after the cache was used. */
async function follow(page: RealPage, path: string): Promise<void> {
  await page.evaluate((path) => void setTimeout(() => (location.href = path)), path);
  await shows(page, path);
}

async function goBack(page: RealPage): Promise<void> {
  await page.evaluate(() => void setTimeout(() => history.back()));
  await shows(page, "/page");
}

/** Resolves when the address is shown. A page between two documents answers nothing. */
const shows = (page: RealPage, path: string) =>
  waitFor(path, () => page.evaluate((path) => location.pathname === path && document.readyState === "complete", path));

/** In the page: two loggers with 40 entries of 1 KB each, and a note of their last readings. */
async function logByTwo({ sources, options }: { sources: string[]; options: object }): Promise<number> {
  const loggers = sources.map((source) =>
    window.sapwood.createLogger({ ...options, source, environment: "test", endpoint: "/v1/logs" }),
  );
  for (const log of loggers) await log.flush();
  for (let index = 0; index < 40; index += 1) {
    for (const log of loggers) log.info("Item added", { index, note: "x".repeat(900) });
  }
  window.loggers = loggers;
  return loggers.reduce((sum, log) => sum + log.stats().accepted, 0);
}
