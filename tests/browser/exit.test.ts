/**
 * Leaving the page: closing and navigating in mid-flow, with the endpoint on the page's origin and on another.
 * What the page knew at its last moment (it writes `log.stats()` into its storage after the logger's own handlers) and what
 * the collector has must together account for every entry.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { Stats } from "../../js/src/types.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { startCore, openLogger } from "../support/page.js";
import { assertCloses, dropped } from "../support/stats.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

const endpoints: Record<string, () => string> = {
  "same-origin": () => "/v1/logs",
  "cross-origin": () => fixture.collector.endpoint,
};

const exits: Record<string, (page: Page) => Promise<unknown>> = {
  "closing the tab": (page) => page.close({ runBeforeUnload: false }),
  "navigating away": (page) => page.goto(`${fixture.server.url}/blank`),
};

for (const [where, endpoint] of Object.entries(endpoints)) {
  for (const [how, leave] of Object.entries(exits)) {
    for (const waiting of [1, 50]) {
      test(`${how} with ${waiting} waiting: all arrive once (${where})`, async () => {
        const { source, last } = await logAndLeave(endpoint(), leave, waiting, () => waiting);
        assert.deepEqual(arrived(source), indices(waiting));
        assert.equal(last.accepted, waiting);
        assert.equal(last.buffered + last.stored + dropped(last), 0, JSON.stringify(last));
      });
    }

    test(`${how} with 400 waiting: each has arrived or is still counted (${where})`, async () => {
      const { source, last } = await logAndLeave(endpoint(), leave, 400, sentAt);
      assert.equal(last.accepted, 400);
      const sent = sentAt(last);
      // One exit request may have 64 KiB: these entries do not all fit, and a good part of them does.
      assert.ok(sent >= 100 && sent < 400, JSON.stringify(last));
      const held = last.buffered + last.stored + dropped(last);
      assert.ok(fixture.collector.count(source) + held >= 400, JSON.stringify(last));
      // A page that lives a moment longer may send the next ones too: in order, and each once.
      assert.deepEqual(arrived(source), indices(fixture.collector.count(source)));
    });
  }

  test(`navigating in the tick of createLogger: the core starts in time (${where})`, async () => {
    const page = await fixture.open();
    const source = fixture.source();
    const address = endpoint();
    const gone = page.waitForURL(/\/blank$/);
    await page.evaluate(
      ([source, endpoint]) => {
        const log = window.sapwood.createLogger({ source, environment: "test", endpoint });
        log.info("first").info("second");
        location.href = "/blank";
      },
      [source, address] as const,
    );
    await gone;
    await waitFor("both entries", () => fixture.collector.count(source) === 2);
    assert.deepEqual(fixture.collector.entries(source).map((entry) => entry.message), ["first", "second"]);
  });
}

test("the batch that a leaving page sends says that it is the last", async () => {
  const { source } = await logAndLeave("/v1/logs", (page) => page.close({ runBeforeUnload: false }), 3, () => 3);
  const batch = fixture.collector.batches(source)[0];
  assert.equal(batch?.final, "hide");
});

/** How many entries had left the page at a reading. */
const sentAt = (last: Stats): number => last.delivered + last.unconfirmed + last.inFlight;

/**
 * Logs a flow of so many entries, none of which is due, leaves, and waits until as many have arrived as `expected` says of the
 * page's last reading, which is returned.
 */
async function logAndLeave(
  endpoint: string,
  leave: (page: Page) => Promise<unknown>,
  entries: number,
  expected: (last: Stats) => number,
) {
  const page = await fixture.open();
  const source = fixture.source();
  // Neither count, bytes nor age is reached: everything waits for the exit.
  const notDue = { batchSize: 1000, batchBytes: 1_048_576, flushInterval: 60_000 };
  await openLogger(page, { source, environment: "test", endpoint, ...notDue });
  await startCore(page);
  await page.evaluate((entries) => {
    const flow = window.log.flow("checkout");
    for (let index = 0; index < entries; index += 1) flow.info("Step taken", { index, note: "x".repeat(250) });
    // Added after the logger's own, so they run after them. Which event is the last differs between the ways to leave.
    const note = () => localStorage.setItem("last", JSON.stringify(window.log.stats()));
    addEventListener("pagehide", note);
    document.addEventListener("visibilitychange", note);
  }, entries);
  assert.equal(fixture.collector.count(source), 0, "entries left before the exit");
  const context = page.context();
  await leave(page);
  const reader = await context.newPage();
  await reader.goto(`${fixture.server.url}/blank`);
  const text = await reader.evaluate(() => localStorage.getItem("last"));
  assert.ok(text, "the page wrote no last reading");
  const last = JSON.parse(text) as Stats;
  assertCloses(last);
  // Before the context is closed: Chromium ends the requests of a context that goes.
  await waitFor(`${expected(last)} entries, after ${text}`, () => fixture.collector.count(source) >= expected(last));
  await context.close();
  return { source, last };
}

const arrived = (source: string) => fixture.collector.entries(source).map((entry) => (entry.data as { index: number }).index);

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
