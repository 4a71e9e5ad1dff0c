/** Retention by bytes, with many entries: the file stays within its bound, no slice takes long, room is given back. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { VACUUM_PAGES_KEPT } from "../../js/dev/src/store/limits.js";
import { findLedger } from "../../js/dev/src/store/ledger.js";
import { Retention, usedBytes } from "../../js/dev/src/store/retention.js";
import type { Store } from "../../js/dev/src/store/schema.js";
import { add, openTestStore, settle } from "./batches.js";
import { range, temporaryFile } from "./support.js";

/** Adds batches of 100 with realistic entries and works off what is over the bound after each, as the collector does. */
function fill(store: Store, bytesMax: number, batches: number, onSlice: (cpuMs: number) => void = () => {}): Retention {
  const retention = new Retention(store.db, store.totals, { bytesMax, ageMsMax: 0 });
  for (const n of range(0, batches - 1)) {
    const each = { data: { path: `/api/${n}`, text: "x".repeat(200) }, userId: `u${n % 50}`, tags: [`t${n % 7}`], flowId: `f-${n}` };
    add(store, `b${n}`, `i${n % 3}`, range(n * 100 + 1, n * 100 + 100), n * 1_000, { each });
    for (let more = true; more; ) {
      const begun = process.cpuUsage();
      more = retention.slice(n * 1_000);
      const { user, system } = process.cpuUsage(begun);
      onSlice((user + system) / 1_000);
    }
  }
  return retention;
}

test("by bytes: the file stays within its bound, the newest entries are kept, nothing is called missing", (t) => {
  const file = temporaryFile(t);
  const store = openTestStore(t, file);
  const bound = 8_000_000;
  let largest = 0;
  fill(store, bound, 300, () => (largest = Math.max(largest, statSync(file).size)));
  assert.ok(largest <= bound, `the file grew to ${largest} bytes`);
  assert.ok(usedBytes(store.db) > bound / 2, "it keeps what it may keep");
  const sql = "SELECT min(id) AS first, max(id) AS last, count(*) AS count FROM entries";
  const { first = 0, last = 0, count = 0 } = store.db.first<{ first: number; last: number; count: number }>(sql) ?? {};
  assert.deepEqual([last, count, store.totals.entries, store.totals.expired], [30_000, last - first + 1, count, first - 1]);
  for (const instance of ["i0", "i1", "i2"]) {
    // Every third batch is its own: the others' numbers are absent, and were always.
    const { stored: stayed = 0, expired = 0 } = findLedger(store.db, instance) ?? {};
    assert.deepEqual([stayed, stayed - expired], [10_000, store.db.first<{ n: number }>("SELECT count(*) AS n FROM entries WHERE instance = ?", [instance])?.n]);
  }
  const sum = (sql: string): number => store.db.first<{ n: number }>(sql)?.n ?? 0;
  assert.equal(sum("SELECT sum(entries) AS n FROM flows"), count);
  assert.equal(sum("SELECT sum(count) AS n FROM facets WHERE kind = 'level'"), count);
  assert.equal(sum("SELECT count(*) AS n FROM entry_tags"), count);
  assert.ok(sum("SELECT count(*) AS n FROM batches") <= count / 100 + 1);
  assert.deepEqual(store.db.all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
});

test("no slice takes long, at whatever size", (t) => {
  const store = openTestStore(t, temporaryFile(t));
  const slices: number[] = [];
  // In processor time: what else the machine does is not the slice's.
  fill(store, 30_000_000, 800, (ms) => slices.push(ms));
  assert.ok(store.totals.expired > 30_000, `${store.totals.expired} removed`);
  const [oldest, next, ...others] = store.db.all<{ first: number }>("SELECT first FROM text_parts ORDER BY n");
  const kept = store.totals.expired + 1;
  assert.ok(oldest && next && oldest.first <= kept && next.first > kept, "the parts of the text index whose entries are gone are dropped");
  assert.ok(others.length < 8, `${others.length + 2} parts`);
  slices.sort((a, b) => b - a);
  t.diagnostic(`${slices.length} slices, the longest: ${slices.slice(0, 5).map((ms) => ms.toFixed(0)).join(", ")} ms`);
  assert.ok((slices[Math.floor(slices.length / 100)] ?? 0) < 30, "one in a hundred takes longer");
  assert.ok((slices[0] ?? 0) < 100, `one took ${slices[0]} ms`);
});

test("a lower bound gives the room back to the file system, piece by piece", (t) => {
  const file = temporaryFile(t);
  const store = openTestStore(t, file);
  fill(store, 0, 300);
  store.db.all("PRAGMA wal_checkpoint(TRUNCATE)");
  const before = statSync(file).size;
  settle(store, { bytesMax: 4_000_000, ageMsMax: 0 }, 0);
  store.db.all("PRAGMA wal_checkpoint(TRUNCATE)");
  const after = statSync(file).size;
  assert.ok(before > 14_000_000 && after < 4_000_000 + 2 * VACUUM_PAGES_KEPT * 4_096, `${before} to ${after} bytes`);
  assert.deepEqual(store.db.all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
});
