/** The account of each logger instance: nothing is missing silently, and nothing is called missing that is explained. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ledger } from "../../js/dev/src/api-types.js";
import { GAPS_MAX, LIST_MAX } from "../../js/dev/src/limits.js";
import { batch, collector, list, post, range } from "./support.js";

async function ledger(url: string): Promise<Ledger> {
  const { instances } = await list(url, "instances");
  assert.equal(instances.length, 1);
  const [only] = instances;
  assert.ok(only);
  return only;
}

function account({ accepted, stored, missing, waiting, gaps }: Ledger): unknown {
  return { accepted, stored, missing, waiting, gaps };
}

test("an instance whose entries are all here has nothing missing", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1, 2], { accepted: 2 }));
  await post(url, batch("b", "i", [3], { accepted: 3 }));
  assert.deepEqual(account(await ledger(url)), { accepted: 3, stored: 3, missing: 0, waiting: 0, gaps: [] });
});

test("numbers that are absent and unexplained are named as ranges", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [3, 4, 7, 8, 10]));
  assert.deepEqual(account(await ledger(url)), { accepted: null, stored: 5, missing: 5, waiting: 0, gaps: [[1, 2], [5, 6], [9, 9]] });
  await post(url, batch("late", "i", [1, 2, 5, 6, 9]));
  assert.deepEqual(account(await ledger(url)), { accepted: null, stored: 10, missing: 0, waiting: 0, gaps: [] });
});

test("drops explain absent numbers, by count, and never count twice", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1, 2, 5], { dropped: { buffer_full: 1 } }));
  assert.equal((await ledger(url)).missing, 1);
  await post(url, batch("b", "i", [6], { dropped: { buffer_full: 1, sampled: 1 } }));
  assert.deepEqual(account(await ledger(url)), { accepted: null, stored: 4, missing: 0, waiting: 0, gaps: [] });
  // A batch that was overtaken brings older counts: they change nothing.
  await post(url, batch("c", "i", [2], { dropped: { buffer_full: 0 } }));
  assert.deepEqual((await ledger(url)).dropped, { buffer_full: 1, sampled: 1 });
});

test("what a living logger has accepted and not sent is waiting, not missing", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1, 2, 3], { accepted: 10, final: "hide" }));
  assert.deepEqual(account(await ledger(url)), { accepted: 10, stored: 3, missing: 0, waiting: 7, gaps: [] });
  await post(url, batch("b", "i", [6, 7], { accepted: 10, dropped: { expired: 1 } }));
  // 4 and 5 are absent, one drop explains one of them; 8, 9 and 10 are on the other side.
  assert.deepEqual(account(await ledger(url)), { accepted: 10, stored: 5, missing: 1, waiting: 3, gaps: [[4, 5]] });
});

test("what a closed logger has accepted should all be here", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1, 2, 3], { accepted: 6, dropped: { closed: 1 }, final: "close" }));
  assert.deepEqual(account(await ledger(url)), { accepted: 6, stored: 3, missing: 2, waiting: 0, gaps: [[4, 6]] });
});

test("a page that comes back is no longer final; an overtaken batch does not bring the past back", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1], { final: "hide", core: "wasm" }));
  assert.equal((await ledger(url)).final, "hide");
  await post(url, batch("b", "i", [3], { core: "js", resource: { source: "shop" } }));
  assert.deepEqual([(await ledger(url)).final, (await ledger(url)).core], [null, "js"]);
  await post(url, batch("c", "i", [2], { final: "hide", core: "wasm" }));
  const last = await ledger(url);
  assert.deepEqual([last.final, last.core, last.source], [null, "js", "shop"]);
});

test("a claim of any number costs nothing, and the ranges are bounded", async (t) => {
  const { url } = await collector(t);
  const odd = range(1, 2 * GAPS_MAX + 20).filter((n) => n % 2 === 0);
  await post(url, batch("a", "i", odd, { lastSeq: Number.MAX_SAFE_INTEGER }));
  const { gaps, moreGaps, missing } = await ledger(url);
  assert.equal(gaps.length, GAPS_MAX);
  assert.equal(moreGaps, true);
  assert.equal(missing, Number.MAX_SAFE_INTEGER - odd.length);
  assert.deepEqual(gaps[0], [1, 1]);
});

test("the ranges follow what arrives, above, between and below, for as many instances as there are", async (t) => {
  const { url } = await collector(t);
  const gaps = async (): Promise<unknown[]> => (await list(url, "instances", "?limit=200")).instances.map((one) => one.gaps);
  const instances = range(1, LIST_MAX).map((n) => `i${n}`);
  const sendAll = (id: string, seqs: number[], lastSeq: number): Promise<unknown> =>
    Promise.all(instances.map((instance) => post(url, batch(id, instance, seqs, { lastSeq }))));
  for (const [id, seqs, lastSeq, expected] of [
    ["a", [3, 4], 4, [[1, 2]]],
    ["b", [7], 8, [[1, 2], [5, 6], [8, 8]]],
    ["c", [9, 12], 12, [[1, 2], [5, 6], [8, 8], [10, 11]]],
    ["d", [5], 12, [[1, 2], [6, 6], [8, 8], [10, 11]]],
    ["e", [2, 6, 14], 14, [[1, 1], [8, 8], [10, 11], [13, 13]]],
  ] as const) {
    await sendAll(id, [...seqs], lastSeq);
    for (const found of [...(await gaps()), ...(await gaps())]) assert.deepEqual(found, expected, id);
  }
});

test("a batch without entries still brings the counts", async (t) => {
  const { url } = await collector(t);
  await post(url, { batch: { id: "a", instance: "i", accepted: 4, dropped: { consent: 4 }, final: "close", lastSeq: 4 }, logs: [] });
  assert.deepEqual(account(await ledger(url)), { accepted: 4, stored: 0, missing: 0, waiting: 0, gaps: [] });
});
