/** A file of format 1 becomes one of this format when it is opened, with all that was in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openReader } from "../../js/dev/src/store/reader.js";
import { Database } from "../../js/dev/src/store/database.js";
import { VACUUM_PAGES_KEPT } from "../../js/dev/src/store/limits.js";
import { Retention } from "../../js/dev/src/store/retention.js";
import { APPLICATION_ID, openStore } from "../../js/dev/src/store/schema.js";
import { SCHEMA_VERSION, TABLES } from "../../js/dev/src/store/tables.js";
import { FORMAT_1 } from "./format1.js";
import { addressOf, batch, collector, entry, list, post, program, range, stored, temporaryFile } from "./support.js";

const ENTRY_COLUMNS = "instance, seq, batch_id, timestamp, received_at, level, severity, message, source, flow_id, step_index, flow_name, user_id, entry";

/** A file of format 1 with 1,203 entries: of an instance with a gap, of one without numbers, of none. */
function oldFile(file: string): void {
  const db = new Database(file, "write");
  db.all("PRAGMA journal_mode = WAL");
  db.exec(FORMAT_1);
  db.transaction(() => {
    const insert = `INSERT INTO entries (${ENTRY_COLUMNS}) VALUES (${ENTRY_COLUMNS.split(", ").map(() => "?").join(", ")})`;
    for (const seq of range(1, 1_200)) {
      const log = entry(seq === 7 ? 5_000 : seq, { tags: ["old"], flowId: "f-1", stepIndex: seq % 5, flow: { name: "checkout" }, data: { word: `needle${seq}` } });
      db.run(insert, ["i", log["seq"] as number, "a", 1_000 + seq, 2_000 + seq, "info", 9, `message ${seq}`, "from-header", "f-1", seq % 5, "checkout", null, JSON.stringify(log)]);
    }
    for (const [instance, userId] of [["unnumbered", null], [null, "u1"], [null, "u2"]] as const) {
      const log = { level: "error", message: "m", ...(userId === null ? {} : { userId }) };
      db.run(insert, [instance, null, null, 5, 6, "error", 17, "m", null, null, null, null, userId, JSON.stringify(log)]);
    }
    db.run("DELETE FROM entries WHERE id = 3");
    db.run("INSERT INTO batches VALUES ('i', 'a', 1, 5000, 1, 2001, 1, 1200, '{}')");
    db.run("INSERT INTO instances VALUES ('i', 'from-header', NULL, 5000, 5000, 1199, 'hide', 'wasm', NULL, '{\"userAgent\":\"UA\"}', 1, 2)");
    db.run("INSERT INTO drops VALUES ('i', 'sampled', 2)");
  });
  db.close();
}

test("entries, flows, accounts and duplicates are as before, and what is new is worked out", async (t) => {
  const file = temporaryFile(t);
  oldFile(file);
  const { url, db } = await collector(t, { db: file, maxAgeMs: 0 });
  assert.equal(db.first<{ user_version: number }>("PRAGMA user_version")?.user_version, SCHEMA_VERSION);
  assert.equal(db.first<{ auto_vacuum: number }>("PRAGMA auto_vacuum")?.auto_vacuum, 2, "the room of expired entries can be given back");
  const rows = await stored(url);
  assert.deepEqual([rows.length, rows.at(-1)?.id, (await list(url, "entries")).cursor], [500, 1_203, 1_203]);
  const [hit] = (await list(url, "entries", "?q=needle12&limit=1&before=13")).entries;
  assert.deepEqual([hit?.id, hit?.timestamp, hit?.receivedAt, hit?.source, hit?.batchId, hit?.tags], [12, 1_012, 2_012, "from-header", "a", ["old"]]);
  assert.equal((await list(url, "entries", "?tag=old&limit=1")).entries[0]?.id, 1_200);
  assert.equal((await list(url, "entries", "?user=u2")).entries.length, 1);
  const [flow] = (await list(url, "flows")).flows;
  assert.deepEqual([flow?.id, flow?.entries, flow?.firstAt], ["f-1", 1_199, 1_001]);
  const [ledger] = (await list(url, "instances")).instances;
  assert.deepEqual([ledger?.stored, ledger?.received, ledger?.batches, ledger?.dropped, ledger?.userAgent], [1_199, 1_199, 1, { sampled: 2 }, "UA"]);
  assert.deepEqual(ledger?.gaps, [[3, 3], [7, 7], [1_201, 4_999]]);
  assert.equal((await post(url, batch("a", "i", [1]))).body.duplicates, 1, "a known batch");
  assert.deepEqual((await post(url, batch("b", "i", [2, 3, 1_200, 5_000]))).body.count, 1, "known numbers");
  assert.deepEqual(db.all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
});

test("a collector that is killed during the conversion leaves the old file, and the next one converts it", async (t) => {
  const file = temporaryFile(t);
  oldFile(file);
  // It says so before it begins; then it is killed, wherever it is.
  const first = program(t, "--port", "0", "--db", file, "--quiet");
  first.child.stderr.once("data", () => first.child.kill("SIGKILL"));
  assert.equal((await first.ended).signal, "SIGKILL");
  const second = program(t, "--port", "0", "--db", file, "--quiet", "--max-age", "0");
  await addressOf(second);
  const reader = openReader(file);
  assert.equal(reader.entries().length, 1_202);
  reader.close();
});

/** A file of this format as a conversion leaves it that was killed at its end: with many empty pages that it cannot give back. */
function unrewritten(file: string): void {
  const db = new Database(file, "write");
  db.all("PRAGMA journal_mode = WAL");
  db.exec(`${TABLES}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; CREATE TABLE old (a)`);
  db.run("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO old SELECT zeroblob(4000) FROM n", [3 * VACUUM_PAGES_KEPT]);
  db.exec("DROP TABLE old");
  db.close();
}

test("a conversion that was killed at its end is brought to it by the next start", (t) => {
  const file = temporaryFile(t);
  unrewritten(file);
  const { db, close } = openStore(file);
  t.after(close);
  assert.deepEqual(["auto_vacuum", "freelist_count"].map((name) => db.first<Record<string, number>>(`PRAGMA ${name}`)?.[name]), [2, 0]);
});

test("a file that cannot give its empty pages back is not asked for them again and again", (t) => {
  const file = temporaryFile(t);
  unrewritten(file);
  const db = new Database(file, "write");
  t.after(() => db.close());
  const retention = new Retention(db, { entries: 0, expired: 0, lastEntry: 0 }, { bytesMax: 0, ageMsMax: 0 });
  assert.equal(retention.slice(Date.now()), false, "there is nothing more to do");
});
