/** Reading beside a running collector, whose retention removes entries between a reader's queries. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { exportChunks } from "../../js/dev/src/http/export.js";
import { Database } from "../../js/dev/src/store/database.js";
import { TEXT_PART_ENTRIES_MIN } from "../../js/dev/src/store/limits.js";
import { listEntries } from "../../js/dev/src/store/queries.js";
import { removeOldest } from "../../js/dev/src/store/removal.js";
import { changing } from "../../js/dev/src/store/totals.js";
import { add, openTestStore } from "./batches.js";
import { range, temporaryFile } from "./support.js";

const COUNT = 4 * TEXT_PART_ENTRIES_MIN;

/** A reader of a file with several parts of the text index; right after its first query with such a text half of the entries are removed. */
function readerBeside(t: TestContext, text: string): Database {
  const file = temporaryFile(t);
  const store = openTestStore(t, file);
  for (const n of range(0, 3)) add(store, `b${n}`, "i", range(n * TEXT_PART_ENTRIES_MIN + 1, (n + 1) * TEXT_PART_ENTRIES_MIN), n);
  const db = new Database(file, "read");
  t.after(() => db.close());
  const { all } = db;
  db.all = <Row>(sql: string, parameters?: Parameters<Database["all"]>[1]): Row[] => {
    const rows = all.call(db, sql, parameters) as Row[];
    if (!sql.includes(text)) return rows;
    db.all = all;
    changing(store.db, store.totals, () => assert.equal(removeOldest(store.db, store.totals, Infinity, COUNT / 2), COUNT / 2));
    return rows;
  };
  return db;
}

test("an export does not end early where the entries it comes to are removed", (t) => {
  const db = readerBeside(t, "octet_length");
  const text = [...exportChunks(db, {})].join("");
  assert.equal(text.split("\n").length - 1, COUNT, "those that it had found");
  assert.equal([...exportChunks(db, {})].join("").split("\n").length - 1, COUNT / 2, "and then what is left");
});

test("a search does not fail where a part of the text index is dropped", (t) => {
  const db = readerBeside(t, "FROM text_parts");
  assert.equal(listEntries(db, { filter: { q: "message" }, limit: COUNT }).entries.length, COUNT);
  assert.equal(listEntries(db, { filter: { q: "message" }, limit: COUNT }).entries.length, COUNT / 2);
});
