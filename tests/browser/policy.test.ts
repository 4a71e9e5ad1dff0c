/**
 * A page whose Content-Security-Policy refuses WebAssembly: nothing is delivered yet, and nothing is lost silently or thrown.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Fixture, startFixture } from "../support/fixture.js";
import { openLogger, stats } from "../support/page.js";
import { assertCloses } from "../support/stats.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

test("a policy that refuses WebAssembly: the entries are counted, the problem is told, the page is undisturbed", async () => {
  const page = await fixture.open("?policy");
  const thrown: Error[] = [];
  page.on("pageerror", (error) => thrown.push(error));
  await openLogger(page, { source: fixture.source(), environment: "test", endpoint: "/v1/logs" });
  const outcome = await page.evaluate(async () => {
    window.log.info("one").info("two");
    const flushed = await window.log.flush();
    return { flushed, held: window.log.stats(), closed: await window.log.close() };
  });
  assert.deepEqual(outcome.flushed, { delivered: 0, pending: 2, dropped: 0, lastStatus: 0 });
  assert.deepEqual([outcome.held.core, outcome.held.buffered], ["none", 2], "they are held, for the core may be had later");
  assertCloses(outcome.held);
  assert.deepEqual(outcome.closed, { delivered: 0, pending: 0, dropped: 2, lastStatus: 0 });
  assert.deepEqual((await stats(page)).dropped, { not_ready: 2 });
  const told = await page.evaluate(() => ({ problems: window.problems, drops: window.drops }));
  assert.ok(told.problems.length > 0 && told.problems.every((code) => code === "core_unavailable"), JSON.stringify(told));
  assert.deepEqual(told.drops, { not_ready: 2 });
  assert.deepEqual(thrown, []);
});
