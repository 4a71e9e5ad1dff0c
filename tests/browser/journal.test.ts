/**
 * The store of the journal over the life of a page: a page that returns from the back/forward cache writes and reads on, a logger
 * that has ended, and a page that is frozen, stand in nobody's way. Tabs are real ones, which the cache takes; the fault server refuses.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { answer } from "../support/behaviours.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { comeBack, lastLook, leave, lockNames, noteLooks, openPersistent, recordTexts } from "../support/journal.js";
import { openTab, type Tab } from "../support/tabs.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());
beforeEach(() => fixture.server.reset());

/** An entry is written at most so long after it was logged, in ms. */
const WRITTEN_MS = 500;

/** The database, and the lock of the one sender. */
const database = () => `sapwood ${fixture.server.endpoint}`;
const busy = (seconds: number) => answer(503, {}, { "retry-after": `${seconds}` });
const open = async (beside?: Tab) => openTab(await fixture.browser(), `${fixture.server.url}/page`, beside?.context);

/** Logs a message that the server refuses for an hour; resolves when it is in the store. */
async function logRefused(tab: Tab, message: string): Promise<void> {
  fixture.server.script(busy(3600));
  await tab.evaluate(async (message) => {
    window.log.info(message);
    await window.log.flush({ timeoutMs: 300 });
  }, message);
  await waitForRecord(tab, message);
}

const waitForRecord = (tab: Tab, message: string) =>
  waitFor(`${message} in the store`, async () => (await recordTexts(tab, database())).some((text) => text.includes(message)));

test("a page that returns from the cache goes on writing", async () => {
  const tab = await open();
  // Heard before the core hears it: what is logged by it is written by the event of the return.
  await tab.evaluate(() => {
    addEventListener("pagehide", () => window.log.info("leaving"), { capture: true });
  });
  await openPersistent(tab, { source: fixture.source() });
  await logRefused(tab, "before");
  for (const message of ["after the first return", "after the second"]) {
    await leave(tab);
    const leftAt = performance.now();
    await waitFor("the time at which it is due", () => performance.now() > leftAt + WRITTEN_MS);
    assert.ok(await comeBack(tab), "the cache took the page");
    await tab.evaluate((message) => void window.log.info(message), message);
    await waitForRecord(tab, message);
  }
  await tab.close();
});

test("what is asked of the store by the return itself is done", async () => {
  const gone = await open();
  const source = fixture.source();
  await openPersistent(gone, { source });
  await logRefused(gone, "left behind");
  const tab = await open(gone);
  await noteLooks(tab);
  await openPersistent(tab, { source: fixture.source(), retry: { maxRetries: 0 } });
  fixture.server.script(busy(2));
  const { dropped } = await tab.evaluate(() => {
    window.log.info("given up");
    return window.log.flush({ timeoutMs: 5_000 });
  });
  assert.equal(dropped, 1, "nothing else waits");
  const refusedAt = fixture.server.received.at(-1)!.at;
  await gone.end();
  await waitFor("a look at what was left", () => lastLook(tab));
  await leave(tab);
  // What waits for the end of the pause is read by the event of the return, when the store is still closed.
  await waitFor("the end of the pause", () => performance.now() > refusedAt + 2_100);
  assert.equal(fixture.collector.count(source), 0);
  assert.ok(await comeBack(tab), "the cache took the page");
  // Sooner than what was lost on the way to the store is asked for again.
  await waitFor("the entry", () => fixture.collector.count(source) === 1, 1_500);
  await tab.close();
});

const ends = {
  "a logger that has ended": (tab: Tab) => tab.evaluate(() => window.log.close()),
  "a page in the cache": leave,
};
for (const [name, end] of Object.entries(ends)) {
  test(`${name} waits for no lock, and what was left is sent by others`, async () => {
    const [gone, source] = [await open(), fixture.source()];
    await openPersistent(gone, { source });
    await logRefused(gone, "left behind");
    const ended = await open(gone);
    await openPersistent(ended, { source: fixture.source() });
    await waitFor("two who would send", async () => (await lockNames(gone)).pending.includes(database()));
    await end(ended);
    await waitFor("one of them", async () => !(await lockNames(gone)).pending.includes(database()));
    await gone.end();
    await waitFor("none of them", async () => !(await lockNames(ended)).held.includes(database()));
    const next = await open(ended);
    await openPersistent(next, { source: fixture.source() });
    await waitFor("the entry", () => fixture.collector.count(source) === 1);
    await next.close();
  });
}
