/**
 * A page that is hidden, or left, before the core with a journal has come over a slow line. The server keeps the chunk back.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Fixture, startFixture } from "../support/fixture.js";
import { openTab, type Tab } from "../support/tabs.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

const databases = (tab: Tab) => tab.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

/** A tab that has logged, and asked for the chunk. Nothing but a sign that the page may go makes it send within a minute. */
async function openLogged() {
  const chunk = fixture.server.holdBack("/persist.js");
  const tab = await openTab(await fixture.browser(), `${fixture.server.url}/page`);
  const source = fixture.source();
  await tab.evaluate((source) => {
    const options = { source, environment: "test", endpoint: "/v1/logs", offline: "persist" as const, flushInterval: 60_000 };
    window.problems = [];
    window.log = window.sapwood.createLogger({ ...options, onError: ({ code }) => window.problems.push(code) });
    window.log.info("early");
  }, source);
  await waitFor("the request for the chunk", () => chunk.asked() === 1);
  return { tab, source, chunk };
}

test("a page that is hidden before the chunk is there has a journal all the same, and sends when it is", async () => {
  const { tab, source, chunk } = await openLogged();
  await tab.hide();
  assert.equal(fixture.collector.count(source), 0);
  chunk.release();
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  await waitFor("its store", async () => (await databases(tab)).includes(`sapwood ${fixture.server.endpoint}`));
  assert.deepEqual(await tab.evaluate(() => window.problems), []);
  await tab.close();
});

test("a page that is left before the chunk is there sends with the core inside of the package", async () => {
  const { tab, source, chunk } = await openLogged();
  await tab.evaluate(() => void (location.href = "/blank"));
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  assert.equal(chunk.asked(), 1);
  chunk.release();
  await tab.close();
});
