/** Retention: the oldest go first, the sums follow, the accounts stay right; with many entries: retention-size.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ledger } from "../../js/dev/src/api-types.js";
import type { Database } from "../../js/dev/src/store/database.js";
import { readFacets } from "../../js/dev/src/store/facets.js";
import { listFlows } from "../../js/dev/src/store/flows.js";
import { findLedger } from "../../js/dev/src/store/ledger.js";
import { INSTANCES_KEPT } from "../../js/dev/src/store/limits.js";
import { removeOldest, sweep } from "../../js/dev/src/store/removal.js";
import type { Store } from "../../js/dev/src/store/schema.js";
import { changing } from "../../js/dev/src/store/totals.js";
import { waitFor } from "../support/wait.js";
import { add, openTestStore, settle } from "./batches.js";
import { addressOf, batch, collector, entry, list, post, program, range, stored, temporaryFile } from "./support.js";

const HOUR = 3_600_000;

const seqsOf = (db: Database): number[] => db.all<{ seq: number }>("SELECT seq FROM entries ORDER BY id").map(({ seq }) => seq);
const account = ({ stored: count, expired, missing, waiting, gaps, duplicates }: Ledger): unknown => ({ stored: count, expired, missing, waiting, gaps, duplicates });

function ledgerOf(store: Store, instance: string): Ledger {
  const ledger = findLedger(store.db, instance);
  assert.ok(ledger);
  return ledger;
}

test("by age: what arrived before goes, what arrived after stays", (t) => {
  const store = openTestStore(t);
  for (const hour of range(0, 9)) add(store, `b${hour}`, "i", range(hour * 10 + 1, hour * 10 + 10), hour * HOUR);
  settle(store, { bytesMax: 0, ageMsMax: 3 * HOUR }, 9.5 * HOUR);
  assert.deepEqual(seqsOf(store.db), range(71, 100));
  assert.deepEqual([store.totals.entries, store.totals.expired], [30, 70]);
  assert.deepEqual(store.db.all("SELECT id FROM batches ORDER BY n"), ["b7", "b8", "b9"].map((id) => ({ id })));
  settle(store, { bytesMax: 0, ageMsMax: 0 }, 1_000 * HOUR);
  assert.equal(store.totals.entries, 30, "without bounds nothing goes");
});

test("an expired entry is not missing, and is a duplicate when it is sent again; a real gap stays named", (t) => {
  const store = openTestStore(t);
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
  const store = openTestStore(t);
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

test("batches without entries and instances that went silent are bounded as well", (t) => {
  const store = openTestStore(t);
  for (const n of range(1, 500)) add(store, `b${n}`, `i${n}`, [], n * 1_000, { lastSeq: 1, dropped: { consent: 1 } });
  settle(store, { bytesMax: 0, ageMsMax: 100_000 }, 500_000);
  for (const table of ["instances", "drops", "batches"]) assert.equal(store.db.all(`SELECT * FROM ${table}`).length, 101, table);
});

test("where bytes are short the instances heard last keep their accounts; without entries they go too", (t) => {
  const store = openTestStore(t);
  for (const n of range(1, INSTANCES_KEPT + 40)) add(store, `b${n}`, `i${n}`, [1], n);
  add(store, "last", "last", [1], INSTANCES_KEPT + 100);
  const { db, totals } = store;
  changing(db, totals, () => removeOldest(db, totals, Infinity, INSTANCES_KEPT + 40));
  for (const _ of range(1, 10)) changing(db, totals, () => sweep(db, Infinity, 100));
  assert.deepEqual(db.first("SELECT count(*) AS n, min(last_seen) AS first FROM instances"), { n: INSTANCES_KEPT, first: 42 });
  changing(db, totals, () => removeOldest(db, totals, Infinity, 1));
  for (const _ of range(1, 100)) changing(db, totals, () => sweep(db, Infinity, 100));
  assert.deepEqual(db.first("SELECT count(*) AS n FROM instances"), { n: 0 });
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
