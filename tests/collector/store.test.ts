/** The file: whose it is, what happens when it cannot be written, and what is left after the end. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startCollector } from "../../js/dev/src/server.js";
import { Database, type Parameter } from "../../js/dev/src/store/database.js";
import { SCHEMA_VERSION } from "../../js/dev/src/store/tables.js";
import { openReader } from "../../js/dev/src/store/reader.js";
import { batch, collector, post, range, stored, temporaryFile } from "./support.js";

async function refusal(db: string): Promise<string> {
  try {
    await (await startCollector({ port: 0, db, quiet: true })).close();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${db} was not refused`);
}

test("what is stored is there after a restart, and the write-ahead log is empty", async (t) => {
  const file = temporaryFile(t);
  const first = await collector(t, { db: file });
  await post(first.url, batch("a", "i", range(1, 300)));
  await first.close();
  assert.equal(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0, 0);
  const second = await collector(t, { db: file });
  assert.equal((await stored(second.url)).length, 300);
  assert.equal((await post(second.url, batch("a", "i", range(1, 300)))).body.duplicates, 300);
});

test("a file of a newer version is refused in a sentence and left as it is", async (t) => {
  const file = temporaryFile(t);
  await (await collector(t, { db: file })).close();
  const db = new Database(file, "write");
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  db.close();
  const before = readFileSync(file);
  assert.match(await refusal(file), /^\S+logs\.db was written by a newer sapwood-dev .+\.$/);
  assert.deepEqual(readFileSync(file), before);
});

test("a database of another program is refused and left as it is", async (t) => {
  const file = temporaryFile(t);
  const db = new Database(file, "write");
  db.exec("CREATE TABLE precious (id INTEGER)");
  db.close();
  const before = readFileSync(file);
  assert.match(await refusal(file), /is a database of another program/);
  assert.deepEqual(readFileSync(file), before);
});

test("a file that is no database, a folder, and a place that is not there are refused in sentences", async (t) => {
  const file = temporaryFile(t, "notes.txt");
  writeFileSync(file, "not a database, and long enough to be looked at as one".repeat(20));
  assert.match(await refusal(file), /^\S+notes\.txt cannot be used as the database: .+\.$/);
  assert.match(readFileSync(file, "utf8"), /^not a database/);
  assert.match(await refusal(join(file, "..")), /cannot be used as the database/);
  assert.match(await refusal(join(file, "..", "none", "logs.db")), /cannot be used as the database: ENOENT/);
});

test("the file is readable for its owner only", async (t) => {
  const file = temporaryFile(t);
  const { url } = await collector(t, { db: file });
  await post(url, batch("a", "i", [1]));
  for (const name of [file, `${file}-wal`, `${file}.lock`]) assert.equal(statSync(name).mode & 0o077, 0, name);
});

test("while another process holds the file, senders are told to come back, and nothing is lost or kept half", async (t) => {
  const file = temporaryFile(t);
  const { url } = await collector(t, { db: file });
  await post(url, batch("a", "i", [1]));
  const other = new Database(file, "write");
  t.after(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  const refused = await post(url, batch("b", "i", [2, 3]));
  assert.deepEqual([refused.status, refused.headers.get("retry-after"), refused.body.count], [503, "1", undefined]);
  assert.equal((await stored(url)).length, 1, "reading goes on");
  other.exec("ROLLBACK");
  assert.deepEqual([(await post(url, batch("b", "i", [2, 3], { attempt: 2 }))).body.count], [2]);
  assert.deepEqual((await stored(url)).map((row) => row.seq), [1, 2, 3]);
});

test("a reader sees what was answered, cannot write, and does not disturb the collector", async (t) => {
  const file = temporaryFile(t);
  const { url } = await collector(t, { db: file });
  await post(url, batch("a", "i", [1, 2]));
  const reader = openReader(file);
  t.after(() => reader.close());
  assert.deepEqual(reader.entries().map((row) => row.entry?.["seq"]), [1, 2]);
  assert.throws(() => reader.all("DELETE FROM entries"), /readonly/);
  await post(url, batch("b", "i", [3]));
  assert.equal(reader.entries().length, 3);
  assert.equal(reader.ledgers()[0]?.stored, 3);
  assert.throws(() => openReader(`${file}.none`), /There is no database/);
});

test("a failed transaction leaves nothing, and the next one works", (t) => {
  const db = new Database(":memory:", "write");
  t.after(() => db.close());
  db.exec("CREATE TABLE numbers (n INTEGER UNIQUE)");
  const insert = "INSERT INTO numbers VALUES (?)";
  assert.throws(() => db.transaction(() => [1, 2, 1].forEach((n) => db.run(insert, [n]))), /UNIQUE/);
  assert.deepEqual(db.all("SELECT * FROM numbers"), []);
  db.transaction(() => db.run(insert, [7]));
  assert.deepEqual(db.all("SELECT n FROM numbers"), [{ n: 7 }]);
});

test("parameters that would abort the process are refused before", (t) => {
  const db = new Database(":memory:", "write");
  t.after(() => db.close());
  for (const value of [true, undefined, {}, [], 1n, Symbol("s")]) {
    assert.throws(() => db.all("SELECT ?", [value as unknown as Parameter]), TypeError);
  }
  assert.deepEqual(db.all("SELECT ? AS a, ? AS b, ? AS c", [Number.NaN, "x\0\ud800", null]), [{ a: null, b: "x\ufffd\ufffd", c: null }]);
});

test("results of any length are read whole", (t) => {
  const db = new Database(":memory:", "write");
  t.after(() => db.close());
  for (const length of [0, 1, 99, 100, 101, 1_000]) {
    const sql = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c LIMIT ?";
    assert.deepEqual(db.all<{ n: number }>(sql, [length]).map((row) => row.n), range(1, length));
  }
});
