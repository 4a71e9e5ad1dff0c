/** What the list keeps in memory, and the arithmetic behind it, without a browser: a collector made of numbers answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EntriesAnswer, StoredEntry } from "../../js/dev/src/api-types.js";
import { BLOCK } from "../../js/dev/src/page/live/chain.js";
import { Held } from "../../js/dev/src/page/live/held.js";
import { preview } from "../../js/dev/src/page/live/preview.js";
import { LOADED_MAX, rowOf, Rows } from "../../js/dev/src/page/live/rows.js";
import { range } from "../collector/support.js";

const FIELDS = {
  instance: null, seq: null, batchId: null, receivedAt: 0, level: "info", source: null, environment: null, version: null, userId: null, sessionId: null, requestId: null,
  traceId: null, tags: [], flowId: null, flowName: null, flowBranch: null, stepIndex: null, flowOutcome: null, errorName: null, entry: {}, bytes: 2,
};

function stored(id: number): StoredEntry {
  return { ...FIELDS, id, timestamp: id, message: `entry ${id}` };
}

/** A collector that holds these ids, of which the list wants all. */
class Numbers {
  ids: number[];
  asked = 0;

  constructor(ids: readonly number[]) {
    this.ids = [...ids];
  }

  readonly before = (before: number, limit: number): Promise<EntriesAnswer> => {
    this.asked += 1;
    return Promise.resolve(this.newest(limit, before));
  };

  newest(limit: number, before = Infinity): EntriesAnswer {
    const older = this.ids.filter((id) => id < before).reverse();
    return { entries: older.slice(0, limit).map(stored), more: older.length > limit, cursor: this.ids.at(-1) ?? 0 };
  }
}

/** Looks until all is there: each look may load two blocks. */
async function lookAt(rows: Rows, first: number, last: number): Promise<number[]> {
  for (let round = 0; round < 1_000; round += 1) {
    const found = rows.look(first, last);
    if (found.length === last - first + 1 && found.every((row) => row !== null)) return found.map((row) => row.id);
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`the rows ${first} to ${last} never came`);
}

test("unfiltered, any index is known from the start and loaded alone", async () => {
  const numbers = new Numbers(range(501, 20_500));
  const rows = new Rows(numbers.before, () => {});
  rows.reset(numbers.newest(BLOCK), 501);
  assert.equal(rows.length, 20_000);
  assert.deepEqual(await lookAt(rows, 12_000, 12_040), range(8_460, 8_500).reverse());
  assert.ok(numbers.asked <= 2, `${numbers.asked} questions`);
  assert.deepEqual(await lookAt(rows, 19_990, 19_999), range(501, 510).reverse());
  assert.equal(rows.indexOf(505), 19_995);
  assert.equal(rows.indexOf(15_000), 5_500, "known without being loaded");
  assert.deepEqual([rows.indexOf(500), rows.indexOf(20_501)], [-1, -1]);
});

test("however far one scrolls, a bounded number of blocks is in memory, and what was let go comes back the same", async () => {
  const numbers = new Numbers(range(1, 30_000));
  const rows = new Rows(numbers.before, () => {});
  rows.reset(numbers.newest(BLOCK), 1);
  for (let at = 0; at < 29_900; at += 100) {
    const ids = await lookAt(rows, at, at + 50);
    assert.equal(ids[0], 30_000 - at);
    assert.ok(rows.loadedBlocks <= LOADED_MAX, `${rows.loadedBlocks} blocks`);
  }
  assert.deepEqual(await lookAt(rows, 0, 30), range(29_970, 30_000).reverse());
  assert.equal(rows.length, 30_000);
});

test("filtered, the chain grows at its end until there is no more", async () => {
  const numbers = new Numbers(range(1, 1_000).map((n) => n * 7));
  const rows = new Rows(numbers.before, () => {});
  rows.reset(numbers.newest(BLOCK), null);
  assert.deepEqual([rows.length, rows.more], [BLOCK, true]);
  for (let round = 0; round < 100 && rows.more; round += 1) {
    rows.look(rows.length - 10, rows.length - 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await lookAt(rows, 0, 999), numbers.ids.toReversed());
});

test("what was left out stands in its place and is loaded when it is looked at", async () => {
  const numbers = new Numbers(range(1, 100).map((n) => n * 3));
  const rows = new Rows(numbers.before, () => {});
  rows.reset(numbers.newest(BLOCK), null);
  numbers.ids.push(...range(101, 1_100).map((n) => n * 3));
  const arrived = numbers.ids.slice(-50).map((id) => rowOf(stored(id)));
  rows.arrive(arrived, 950, 3_300);
  assert.deepEqual([rows.length, rows.firstMissing(), rows.indexOf(600)], [1_100, 50, -1]);
  assert.deepEqual(await lookAt(rows, 0, 1_099), numbers.ids.toReversed());
});

test("entries that retention removed meanwhile shorten the list", async () => {
  const numbers = new Numbers(range(1, 2_000));
  const rows = new Rows(numbers.before, () => {});
  rows.reset(numbers.newest(BLOCK), 1);
  numbers.ids.splice(0, 1_500);
  for (let round = 0; round < 100 && rows.length > 500; round += 1) {
    rows.look(0, rows.length - 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await lookAt(rows, 0, 499), range(1_501, 2_000).reverse());
});

test("what is held back keeps the newest rows and the number of the others, and lets all of it in", async () => {
  const numbers = new Numbers(range(1, 10));
  const rows = new Rows(numbers.before, () => {});
  rows.reset(numbers.newest(BLOCK), 1);
  const held = new Held();
  const take = (ids: readonly number[], skipped = 0): void => {
    held.take(ids.map((id) => rowOf(stored(id))), skipped, ids.at(-1) ?? 0);
  };
  take(range(11, 20));
  take(range(31, 40), 10);
  for (const part of range(0, 9)) take(range(41 + part * 50, 90 + part * 50));
  assert.equal(held.count, 530);
  numbers.ids.push(...range(11, 540));
  held.release(rows);
  assert.deepEqual([held.count, rows.length], [0, 540]);
  assert.deepEqual(await lookAt(rows, 0, 539), range(1, 540).reverse());
});

test("a row carries a few words of its data and none of its body", () => {
  assert.equal(preview({ orderId: "ord_1", items: [1, 2], total: 9.5, user: { a: 1 }, gone: null, ok: true, more: 1 }), "orderId=ord_1 items=[2] total=9.5 user={…} gone=null ok=true");
  assert.equal(preview("x".repeat(1_000_000)).length, 160);
  assert.ok(preview({ ["k".repeat(5_000)]: "v".repeat(1_000_000) }).length <= 160);
  assert.equal(preview([1, 2]), "");
  assert.equal("entry" in rowOf(stored(1)), false);
});
