/**
 * Owns: reading a database file beside a running collector, for tests and scripts.
 * Invariant: it cannot write, and it never waits for the collector nor makes it wait (write-ahead log).
 * Tested in: tests/collector/kill.test.ts, which reads with it.
 */
import { existsSync } from "node:fs";
import type { FlowAnswer, Ledger, StoredEntry } from "../api-types.js";
import { Database, type Parameter } from "./database.js";
import { listLedgers } from "./ledger.js";
import { findFlow } from "./flows.js";
import { findEntry } from "./queries.js";

/** A reader of one file. Each call sees all that was answered with 200 before it. */
export interface StoreReader {
  /** All entries in the order of arrival, whole. For files of test size: nothing bounds it. */
  entries(): StoredEntry[];
  flow(id: string): FlowAnswer | undefined;
  ledgers(): Ledger[];
  /** Any query. */
  all<Row>(sql: string, parameters?: readonly Parameter[]): Row[];
  close(): void;
}

/**
 * Opens an existing file for reading.
 *
 * @example
 * const reader = openReader("sapwood-dev.db");
 * reader.entries().map((entry) => entry.message);
 * reader.close();
 */
export function openReader(file: string): StoreReader {
  if (!existsSync(file)) throw new Error(`There is no database at ${file}.`);
  const db = new Database(file, "read");
  return {
    entries: () =>
      db
        .all<{ id: number }>("SELECT id FROM entries ORDER BY id")
        .map(({ id }) => findEntry(db, id))
        .filter((entry) => entry !== undefined),
    flow: (id) => findFlow(db, id),
    ledgers: () => listLedgers(db, Number.MAX_SAFE_INTEGER),
    all: (sql, parameters) => db.all(sql, parameters),
    close: () => db.close(),
  };
}
