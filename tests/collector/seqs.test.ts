/** The ranges of sequence numbers, against a plain set of numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GAPS_MAX, RANGES_MAX } from "../../js/dev/src/limits.js";
import { absentRanges, addSeqs, boundSeqs } from "../../js/dev/src/store/seqs.js";
import { openStore } from "../../js/dev/src/store/schema.js";
import { mulberry32 } from "../support/random.js";
import { collector, entry, list, post, range } from "./support.js";

const SEED = 20_261_126;

test("after any additions the ranges hold exactly the numbers added, and name exactly the ones that are absent", (t) => {
  const { db, close } = openStore(":memory:");
  t.after(close);
  const random = mulberry32(SEED);
  for (let round = 1; round <= 40; round += 1) {
    const instance = `i${round}`;
    const all = new Set<number>();
    let ranges = 0;
    for (let batch = 1; batch <= 12; batch += 1) {
      const from = Math.floor(random() * 60);
      const numbers = Array.from({ length: 1 + Math.floor(random() * 12) }, () => from + Math.floor(random() * 20));
      const added = addSeqs(db, instance, numbers);
      assert.deepEqual([...added.fresh].sort((a, b) => a - b), [...new Set(numbers)].filter((n) => !all.has(n)).sort((a, b) => a - b), `seed ${SEED}`);
      numbers.forEach((n) => all.add(n));
      ranges += added.ranges;
      const rows = db.all<{ first: number; last: number }>("SELECT first, last FROM seqs WHERE instance = ? ORDER BY first", [instance]);
      assert.deepEqual(rows.flatMap(({ first, last }) => range(first, last)), [...all].sort((a, b) => a - b), `seed ${SEED}`);
      assert.equal(rows.length, ranges);
      rows.slice(1).forEach((row, index) => assert.ok(row.first > (rows[index]?.last ?? 0) + 1, "neighbours are joined"));
      const horizon = 90;
      const absent = absentRanges(db, instance, 0, horizon).flatMap(([first, last]) => range(first, last));
      assert.deepEqual(absent, range(1, horizon).filter((n) => !all.has(n)), `seed ${SEED}`);
    }
  }
});

test("the largest numbers do no harm", (t) => {
  const { db, close } = openStore(":memory:");
  t.after(close);
  const max = Number.MAX_SAFE_INTEGER;
  assert.equal(addSeqs(db, "i", [max, 1, max - 1]).fresh.size, 3);
  assert.equal(addSeqs(db, "i", [max, 0]).fresh.size, 1);
  assert.deepEqual(absentRanges(db, "i", 0, max), [[2, max - 2]]);
});

test("an instance with too many ranges forgets the lowest, and nothing that comes later is lost for it", async (t) => {
  const { url, db } = await collector(t);
  const size = 5_000;
  for (let n = 0; n * size < RANGES_MAX + 1_000; n += 1) {
    const logs = range(n * size + 1, (n + 1) * size).map((seq) => entry(2 * seq));
    assert.equal((await post(url, { batch: { id: `b${n}`, instance: "i" }, logs })).body.count, size);
  }
  const ranges = db.first<{ n: number }>("SELECT count(*) AS n FROM seqs")?.n ?? 0;
  assert.ok(ranges <= RANGES_MAX, `${ranges} ranges`);
  const [ledger] = (await list(url, "instances")).instances;
  assert.ok((ledger?.gaps[0]?.[0] ?? 0) > 1_000, "gaps are listed from where they are known");
  assert.equal(ledger?.gaps.length, GAPS_MAX);
  // A number below may have been stored; it is not known, so it is taken rather than lost.
  assert.equal((await post(url, { batch: { id: "late", instance: "i" }, logs: [entry(3), entry(30_000)] })).body.count, 1);
});

test("forgetting is done only where there are too many", (t) => {
  const { db, close } = openStore(":memory:");
  t.after(close);
  boundSeqs(db, "none");
  assert.deepEqual(db.all("SELECT * FROM seqs"), []);
});
