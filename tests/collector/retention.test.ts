/** Retention: the bounds hold, the oldest go first, the sums follow, the accounts stay right, and no slice takes long. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { Ledger } from "../../js/dev/src/api-types.js";
import { TEXT_PART_ENTRIES, VACUUM_PAGES_KEPT } from "../../js/dev/src/limits.js";
import type { Database } from "../../js/dev/src/store/database.js";
import { readFacets } from "../../js/dev/src/store/facets.js";
import { listFlows } from "../../js/dev/src/store/flows.js";
import { findLedger } from "../../js/dev/src/store/ledger.js";
import { Retention, usedBytes, type Bounds } from "../../js/dev/src/store/retention.js";
import { openStore, type Store } from "../../js/dev/src/store/schema.js";
import { changing } from "../../js/dev/src/store/totals.js";
import { storeBatch, type Stored } from "../../js/dev/src/store/writer.js";
import { waitFor } from "../support/wait.js";
import { addressOf, batch, collector, entry, list, post, program, range, stored, temporaryFile } from "./support.js";
import { checkedBatch } from "./batches.js";

const HOUR = 3_600_000;

function open(t: TestContext, file = ":memory:"): Store {
  const store = openStore(file);
  t.after(() => store.close());
  return store;
}

function add(store: Store, id: string, instance: string, seqs: readonly number[], at: number, more: Record<string, unknown> = {}): Stored {
  const sent = checkedBatch(id, instance, seqs, at, more);
  return changing(store.db, store.totals, () => storeBatch(store.db, store.totals, sent));
}

/** Works until nothing is left to do; returns how many slices it took. */
function settle(store: Store, bounds: Bounds, now: number): number {
  const retention = new Retention(store.db, store.totals, bounds);
  for (let slices = 1; slices <= 10_000; slices += 1) if (!retention.slice(now)) return slices;
  throw new Error("retention comes to no end");
}

const seqsOf = (db: Database): number[] => db.all<{ seq: number }>("SELECT seq FROM entries ORDER BY id").map(({ seq }) => seq);
const account = ({ stored: count, expired, missing, waiting, gaps, duplicates }: Ledger): unknown => ({ stored: count, expired, missing, waiting, gaps, duplicates });

function ledgerOf(store: Store, instance: string): Ledger {
  const ledger = findLedger(store.db, instance);
  assert.ok(ledger);
  return ledger;
}

test("by age: what arrived before goes, what arrived after stays", (t) => {
  const store = open(t);
  for (const hour of range(0, 9)) add(store, `b${hour}`, "i", range(hour * 10 + 1, hour * 10 + 10), hour * HOUR);
  settle(store, { bytesMax: 0, ageMsMax: 3 * HOUR }, 9.5 * HOUR);
  assert.deepEqual(seqsOf(store.db), range(71, 100));
  assert.deepEqual([store.totals.entries, store.totals.expired], [30, 70]);
  assert.deepEqual(store.db.all("SELECT id FROM batches ORDER BY n"), ["b7", "b8", "b9"].map((id) => ({ id })));
  settle(store, { bytesMax: 0, ageMsMax: 0 }, 1_000 * HOUR);
  assert.equal(store.totals.entries, 30, "without bounds nothing goes");
});

test("an expired entry is not missing, and is a duplicate when it is sent again; a real gap stays named", (t) => {
  const store = open(t);
  add(store, "a", "i", [1, 2, 3, 5, 6], 0, { accepted: 6 });
  add(store, "b", "i", [8, 9, 10], 10 * HOUR, { accepted: 10 });
  settle(store, { bytesMax: 0, ageMsMax: HOUR }, 10 * HOUR);
  assert.deepEqual(seqsOf(store.db), [8, 9, 10]);
  const expected = { stored: 8, expired: 5, missing: 2, waiting: 0, gaps: [[4, 4], [7, 7]], duplicates: 0 };
  assert.deepEqual(account(ledgerOf(store, "i")), expected);
  assert.deepEqual(add(store, "again", "i", [5, 6], 10 * HOUR), { count: 0, duplicates: 2 });
  // The one that was missing is new, however late it comes.
  assert.deepEqual(add(store, "late", "i", [4], 10 * HOUR), { count: 1, duplicates: 0 });
  assert.deepEqual(account(ledgerOf(store, "i")), { ...expected, stored: 9, missing: 1, gaps: [[7, 7]], duplicates: 2 });
});

test("what counts entries follows: flows, facets, tags, text; an instance goes with its last entry", (t) => {
  const store = open(t);
  const old = { source: "old", tags: ["old", "both"], userId: "u1", flowId: "f-old", flow: { name: "f" } };
  add(store, "a", "gone", [1, 2], 0, { dropped: { sampled: 1 }, each: { ...old, level: "error" } });
  add(store, "b", "stays", [1, 2], HOUR, { each: { ...old, flowId: "f-both", level: "warn" } });
  add(store, "c", "stays", [3], 5 * HOUR, { each: { source: "new", tags: ["both"], flowId: "f-both", level: "error" } });
  settle(store, { bytesMax: 0, ageMsMax: HOUR }, 5 * HOUR);
  const { db } = store;
  assert.deepEqual(listFlows(db, { limit: 9 }).flows.map(({ id, entries, errors, warnings }) => [id, entries, errors, warnings]), [["f-both", 1, 1, 0]]);
  const facets = readFacets(db);
  assert.deepEqual(facets.sources, [{ value: "new", count: 1 }]);
  assert.deepEqual(facets.tags, [{ value: "both", count: 1 }]);
  assert.deepEqual([facets.users, facets.levels["error"], facets.levels["warn"]], [[], 1, 0]);
  assert.deepEqual(db.all("SELECT tag FROM entry_tags"), [{ tag: "both" }]);
  for (const table of ["instances", "seqs"]) assert.deepEqual(db.all(`SELECT DISTINCT instance FROM ${table}`), [{ instance: "stays" }], table);
  assert.deepEqual(db.all("SELECT * FROM drops"), []);
  assert.deepEqual(account(ledgerOf(store, "stays")), { stored: 3, expired: 2, missing: 0, waiting: 0, gaps: [], duplicates: 0 });
});

test("when all is gone ids go on growing, so that no cursor points at something else", async (t) => {
  const { url, db } = await collector(t, { maxAgeMs: 1 });
  await post(url, batch("a", "i", [1, 2, 3]));
  await waitFor("the entries to expire", () => db.first<{ n: number }>("SELECT count(*) AS n FROM entries")?.n === 0);
  await post(url, batch("b", "j", [1]));
  const { cursor } = await list(url, "entries");
  assert.equal(cursor, 4);
});

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
  const store = open(t, file);
  const bound = 8_000_000;
  let largest = 0;
  fill(store, bound, 300, () => (largest = Math.max(largest, statSync(file).size)));
  assert.ok(largest <= bound, `the file grew to ${largest} bytes`);
  assert.ok(usedBytes(store.db) > bound / 2, "it keeps what it may keep");
  const { first, last, count } = store.db.first<{ first: number; last: number; count: number }>("SELECT min(id) AS first, max(id) AS last, count(*) AS count FROM entries") ?? { first: 0, last: 0, count: 0 };
  assert.deepEqual([last, count, store.totals.entries, store.totals.expired], [30_000, last - first + 1, count, first - 1]);
  for (const instance of ["i0", "i1", "i2"]) {
    // Every third batch is its own: the others' numbers are absent, and were always.
    const { stored: stayed, expired } = ledgerOf(store, instance);
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
  const store = open(t, temporaryFile(t));
  const slices: number[] = [];
  // In processor time: what else the machine does is not the slice's.
  fill(store, 30_000_000, Math.ceil((2 * TEXT_PART_ENTRIES) / 100), (ms) => slices.push(ms));
  assert.ok(store.totals.expired > TEXT_PART_ENTRIES, "a part of the text index was dropped");
  assert.equal(store.db.all("SELECT n FROM text_parts").length, 1);
  slices.sort((a, b) => b - a);
  t.diagnostic(`${slices.length} slices, the longest: ${slices.slice(0, 5).map((ms) => ms.toFixed(0)).join(", ")} ms`);
  assert.ok((slices[Math.floor(slices.length / 100)] ?? 0) < 30, "one in a hundred takes longer");
  assert.ok((slices[0] ?? 0) < 100, `one took ${slices[0]} ms`);
});

test("a lower bound gives the room back to the file system, piece by piece", (t) => {
  const file = temporaryFile(t);
  const store = open(t, file);
  fill(store, 0, 300);
  store.db.all("PRAGMA wal_checkpoint(TRUNCATE)");
  const before = statSync(file).size;
  settle(store, { bytesMax: 4_000_000, ageMsMax: 0 }, 0);
  store.db.all("PRAGMA wal_checkpoint(TRUNCATE)");
  const after = statSync(file).size;
  assert.ok(before > 14_000_000 && after < 4_000_000 + 2 * VACUUM_PAGES_KEPT * 4_096, `${before} to ${after} bytes`);
  assert.deepEqual(store.db.all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
});

test("batches without entries and instances that went silent are bounded as well", (t) => {
  const store = open(t);
  for (const n of range(1, 500)) add(store, `b${n}`, `i${n}`, [], n * 1_000, { lastSeq: 1, dropped: { consent: 1 } });
  settle(store, { bytesMax: 0, ageMsMax: 100_000 }, 500_000);
  for (const table of ["instances", "drops", "batches"]) assert.equal(store.db.all(`SELECT * FROM ${table}`).length, 101, table);
});

test("a running collector keeps its bound while it takes batches, and says how much has expired", async (t) => {
  const file = temporaryFile(t);
  const running = program(t, "--port", "0", "--db", file, "--quiet", "--max-bytes", "3MB");
  const url = await addressOf(running);
  const data = "x".repeat(500);
  for (const n of range(0, 99)) {
    const logs = range(n * 100 + 1, n * 100 + 100).map((seq) => entry(seq, { data }));
    assert.equal((await post(url, { batch: { id: `b${n}`, instance: "i", accepted: n * 100 + 100 }, logs })).status, 200);
  }
  const status = async (): Promise<{ entries: number; expired: number; bytes: number }> => (await (await fetch(`${url}/api/status`)).json()) as never;
  await waitFor("the file to be within its bound", async () => (await status()).bytes <= 3_000_000);
  const { entries, expired } = await status();
  assert.deepEqual([entries + expired, entries > 0, expired > 0], [10_000, true, true]);
  const [ledger] = (await list(url, "instances")).instances;
  assert.deepEqual([ledger?.stored, ledger?.expired, ledger?.missing], [10_000, expired, 0]);
  assert.equal((await stored(url)).at(-1)?.seq, 10_000);
});
