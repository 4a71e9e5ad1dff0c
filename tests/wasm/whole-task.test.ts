/**
 * A page whose script is ended in the midst of a task of the logger's own, a hand-over or the timer: when the page is left, all goes.
 * `vm` ends the script wherever it is after some milliseconds, in the core's own code, too.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stats } from "../../js/src/types.js";
import { assertCloses } from "../support/stats.js";
import { assertAll, open } from "./support/ended-page.js";

/** As many as one exit may carry, of as many bytes that to hand them over takes some milliseconds. */
const ENTRIES = 350;
/** So few that there is room for more. */
const FEW = 10;
/** More than are handed over in one task. */
const MANY = 1_200;
const TIMES_MS = Array.from({ length: 30 }, (_, index) => 1 + (index % 10));

type Page = Awaited<ReturnType<typeof open>>;

/** A page whose logger has entries on its tapes. */
async function full(entries: number): Promise<Page> {
  const page = await open({ entries: 0, options: { compress: true, batchSize: 1000, batchBytes: 1_048_576 } });
  page.run(`var tasks = new Map(), ids = 0, take = () => [...tasks.values()].pop();
    var setTimeout = (run) => (tasks.set(++ids, run), ids), clearTimeout = (id) => tasks.delete(id);
    var requestIdleCallback = setTimeout, cancelIdleCallback = clearTimeout`);
  page.run(`for (let i = 1; i <= ${entries}; i += 1) log.info("m".repeat(i % 400), { i, list: Array(300).fill(i) })`);
  return page;
}

/** Hands over what waits: the core's timer is all there is, and it is due. */
function untilTimer(page: Page): void {
  page.run(`take()(); var clock = performance.now; performance.now = () => clock() + 60_000`);
}

/** Runs the task that was planned last; was it ended? */
function isEnded(page: Page, timeout: number): boolean {
  try {
    page.run(`take()()`, timeout);
    return false;
  } catch (cause) {
    assert.equal((cause as { code?: string }).code, "ERR_SCRIPT_EXECUTION_TIMEOUT");
    return true;
  }
}

/** The page is left, and nothing of what it has logged is lost or there twice. */
function leave(page: Page, unserialisable = 0): Stats {
  page.run(`calls = {}; leave(""), dispatch("visibilitychange")`);
  const stats = page.run("log.stats()") as Stats;
  assert.deepEqual([stats.core, { ...stats.dropped }], ["wasm", unserialisable ? { unserialisable } : {}]);
  assertCloses(stats);
  for (const { logs } of page.sent()) assert.equal(new Set(logs.map(({ seq }) => seq)).size, logs.length);
  return stats;
}

for (const task of ["hand-over", "timer"]) {
  test(`a ${task} that is ended at any instruction is done again when the page is left`, async () => {
    let ended = 0;
    for (const timeout of TIMES_MS) {
      const page = await full(ENTRIES);
      if (task === "timer") untilTimer(page);
      if (isEnded(page, timeout)) ended += 1;
      leave(page);
      assertAll(page.sent(), ENTRIES);
    }
    assert.ok(ended, "one of them was ended");
  });
}

test("a hand-over that was ended while others waited for the next task is done again, and no entry is there twice", async () => {
  let ended = 0;
  for (const timeout of TIMES_MS.slice(0, 10)) {
    const page = await full(MANY);
    if (isEnded(page, timeout)) ended += 1;
    assert.equal(leave(page).accepted, MANY);
  }
  assert.ok(ended, "one of them was ended");
});

/** A page whose timer was ended when the core was about to send. */
async function endedTimer(): Promise<Page> {
  const page = await full(FEW);
  untilTimer(page);
  page.run(`calls = {}; hang = "unsent 1"`);
  assert.ok(isEnded(page, 300));
  page.run(`hang = ""`);
  return page;
}

test("what is logged and handed over between a timer's end and the page's goes as well", async () => {
  const page = await endedTimer();
  // The last one is dropped: it nests too deeply.
  page.run(`var nest = (depth) => ({ get more() { log.info("inside", depth < 4 ? nest(depth + 1) : {}); return 1; } })`);
  page.run(`log.info("bye", nest(0)), log.flush()`);
  const { accepted } = leave(page, 1);
  assertAll(page.sent(), accepted - 1);
});

test("consent that is denied between a timer's end and the page's is denied", async () => {
  const page = await endedTimer();
  page.run(`log.info("secret"), log.setConsent("denied")`);
  page.run(`leave(""), dispatch("visibilitychange")`);
  assert.deepEqual(page.sent(), []);
});
