/**
 * A tab that is hidden may never be shown again: what waits is sent at once. The page that lives on learns what came of it.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { type Fixture, startFixture } from "../support/fixture.js";
import { openTab, type Tab } from "../support/tabs.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
let tab: Tab;
before(async () => {
  fixture = await startFixture();
});
afterEach(() => tab.close());
after(() => fixture.stop());

/** A tab whose logger would wait a minute. */
async function open(): Promise<string> {
  tab = await openTab(await fixture.browser(), `${fixture.server.url}/page`);
  const source = fixture.source();
  await tab.evaluate(async (source) => {
    window.log = window.sapwood.createLogger({ source, environment: "test", endpoint: "/v1/logs", flushInterval: 60_000 });
    await window.log.flush();
  }, source);
  return source;
}

const messages = (source: string) => fixture.collector.entries(source).map((entry) => entry.message);

test("hiding the tab delivers what waits, and the page learns that it was delivered", async () => {
  const source = await open();
  await tab.evaluate(() => void window.log.info("one").info("two"));
  assert.deepEqual(messages(source), []);
  await tab.hide();
  await waitFor("the entries", () => fixture.collector.count(source) === 2);
  await waitFor("the answer to reach the page", async () => (await tab.evaluate(() => window.log.stats())).delivered === 2);
});

test("what is logged in a hidden tab is sent without waiting for its interval", async () => {
  const source = await open();
  await tab.hide();
  await tab.evaluate(() => void window.log.info("while hidden"));
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  await tab.evaluate(() => void window.log.info("and again"));
  await waitFor("the next entry", () => fixture.collector.count(source) === 2);
});

test("a tab that is shown again waits for its interval as before", async () => {
  const source = await open();
  await tab.hide();
  await tab.show();
  const buffered = await tab.evaluate(async () => {
    window.log.info("one");
    await window.log.flush({ timeoutMs: 5_000 });
    window.log.info("two");
    // Two idle periods: the entry has long been handed to the core.
    for (let count = 0; count < 2; count += 1) await new Promise((resolve) => requestIdleCallback(resolve));
    return window.log.stats().buffered;
  });
  assert.equal(buffered, 1);
  assert.deepEqual(messages(source), ["one"]);
});
