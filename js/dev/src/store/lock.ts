/**
 * Owns: that one collector at a time writes a database file.
 * Why: SQLite lets several processes write one file, but two that move its write-ahead log at once can lose a commit in
 * the version that `libsql` brings.
 * How: an exclusive transaction, held for life, on a file beside the database. The system ends it with the process,
 * however that ends, so a killed collector locks nobody out. Not on the database itself: readers would be shut out.
 * Tested in: tests/collector/lock.test.ts and kill.test.ts.
 */
import { realpathSync } from "node:fs";
import { Database } from "./database.js";

/** A lock that is held. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a database file that is there. Undefined where another collector holds it. The lock's own file stays
 * behind: were it removed, a collector that waits for it would in the end hold a file that nobody else can see.
 */
export function lockDatabase(file: string): Lock | undefined {
  if (file === ":memory:") return { release: () => {} };
  // By its real name, so that two links to one file have one lock.
  const lock = new Database(`${realpathSync(file)}.lock`, "lock");
  try {
    // Nothing is ever written, so there is nothing to journal.
    lock.exec("PRAGMA journal_mode = OFF");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release() {
      lock.exec("ROLLBACK");
      lock.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}
