/**
 * Owns: turning a file of format 1 into one of this format, in place.
 * How: its entries are stored anew, in their order and with their ids, from what was kept of them; batches, accounts and drops
 * are carried over. It takes some seconds per 100,000 entries, once.
 * Invariant: all of it is one transaction, so a process that is killed meanwhile leaves the old file.
 * Tested in: tests/collector/migrate.test.ts.
 */
import { readEntry, type EntryRow } from "../intake/entry.js";
import { NO_HEADER, readHeader, type BatchHeader } from "../intake/header.js";
import { MIGRATION_ENTRIES } from "../limits.js";
import type { Database } from "./database.js";
import { insertEntry, Sums } from "./rows.js";
import { addSeqs } from "./seqs.js";
import { partFor } from "./text.js";
import { SCHEMA_VERSION, TABLES } from "./tables.js";

const OLD = ["batches", "entries", "flows", "instances", "drops"];
const OLD_INDEXES = ["entries_by_flow", "flows_by_last_entry", "instances_by_last_seen"];

/** Migrates the file that is open. Throws where the database refuses. */
export function migrate(db: Database): void {
  process.stderr.write("sapwood-dev: the database is of an older format and is being converted.\n");
  db.transaction(() => {
    for (const index of OLD_INDEXES) db.exec(`DROP INDEX ${index}`);
    for (const table of OLD) db.exec(`ALTER TABLE ${table} RENAME TO old_${table}`);
    db.exec(TABLES);
    for (const statement of CARRIED) db.exec(statement);
    copyEntries(db);
    db.exec("UPDATE instances SET ranges = (SELECT count(*) FROM seqs WHERE seqs.instance = instances.instance)");
    for (const table of OLD) db.exec(`DROP TABLE old_${table}`);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
  // Gives the old tables' pages back, and makes the file one that can do so piece by piece from now on.
  db.exec("VACUUM");
}

const CARRIED = [
  `INSERT INTO batches (instance, id, first_seq, last_seq, sent_at, received_at, attempt, beacon, entries, header)
   SELECT instance, id, first_seq, last_seq, sent_at, received_at, attempt, 0, entries, header FROM old_batches ORDER BY received_at`,
  `INSERT INTO instances (instance, source, environment, accepted, unconfirmed, confirmed, last_seq, stored, expired, received,
     duplicates, batches, ranges, seqs_from, final, core, sdk, resource, first_seen, last_seen)
   SELECT instance, source, environment, accepted, NULL, 0, last_seq, stored, 0,
     (SELECT count(*) FROM old_entries WHERE old_entries.instance = old_instances.instance), 0,
     (SELECT count(*) FROM old_batches WHERE old_batches.instance = old_instances.instance), 0, 0,
     final, core, sdk, resource, first_seen, last_seen FROM old_instances`,
  "INSERT INTO drops SELECT instance, reason, count FROM old_drops",
];

interface OldEntry {
  readonly id: number;
  readonly instance: string | null;
  readonly batchId: string | null;
  readonly timestamp: number;
  readonly receivedAt: number;
  readonly source: string | null;
  readonly environment: string | null;
  readonly version: string | null;
  readonly entry: string;
}

const OLD_ENTRIES = `SELECT id, instance, batch_id AS batchId, timestamp, received_at AS receivedAt, source, environment, version, entry
  FROM old_entries WHERE id > ? ORDER BY id LIMIT ?`;

function copyEntries(db: Database): void {
  let last = 0;
  let count = 0;
  for (;;) {
    const rows = db.all<OldEntry>(OLD_ENTRIES, [last, MIGRATION_ENTRIES]);
    if (rows.length === 0) break;
    const sums = new Sums();
    const part = partFor(db, rows[0]?.id ?? 0);
    const numbers = new Map<string, number[]>();
    for (const row of rows) {
      last = row.id;
      const entry = entryOf(row);
      if (entry === null) continue;
      count += 1;
      insertEntry(db, row.id, part, { header: headerOf(row), entries: [], receivedAt: row.receivedAt, beacon: false }, entry, sums);
      if (row.instance !== null && entry.seq !== null) numbers.set(row.instance, [...(numbers.get(row.instance) ?? []), entry.seq]);
    }
    sums.write(db);
    for (const [instance, seqs] of numbers) addSeqs(db, instance, seqs);
  }
  db.run("UPDATE totals SET entries = ?, last_entry = ?", [count, last]);
}

/** The entry as the intake would take it today; null where it would not, which none that was stored should be. */
function entryOf(row: OldEntry): EntryRow | null {
  const entry = readEntry(JSON.parse(row.entry), []);
  return "length" in entry ? null : { ...entry, timestamp: row.timestamp };
}

function headerOf(row: OldEntry): BatchHeader {
  const none = readHeader(NO_HEADER);
  if ("length" in none) throw new Error("an empty header is always taken");
  return { ...none, id: row.batchId, instance: row.instance, source: row.source, environment: row.environment, version: row.version };
}
