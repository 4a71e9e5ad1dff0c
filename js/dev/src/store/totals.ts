/**
 * Owns: the sums over the whole file that must be known without a scan: stored and expired entries, the last id given.
 * Invariants: they change with the entries, in one transaction; when it fails, neither file nor memory keeps the change.
 * Tested in: tests/collector/retention.test.ts and store.test.ts.
 */
import type { Database } from "./database.js";

/** The sums; changed only inside {@link changing}. */
export interface Totals {
  entries: number;
  /** Entries that retention has removed so far. */
  expired: number;
  /** The id of the entry that arrived last; 0 before the first. */
  lastEntry: number;
}

/** Reads the sums of a file. */
export function readTotals(db: Database): Totals {
  const row = db.first<Totals>("SELECT entries, expired, last_entry AS lastEntry FROM totals");
  return { entries: row?.entries ?? 0, expired: row?.expired ?? 0, lastEntry: row?.lastEntry ?? 0 };
}

/** Runs `work`, which may change the totals, as one transaction. */
export function changing<Result>(db: Database, totals: Totals, work: () => Result): Result {
  const before = { ...totals };
  try {
    return db.transaction(() => {
      const result = work();
      db.run("UPDATE totals SET entries = ?, expired = ?, last_entry = ?", [totals.entries, totals.expired, totals.lastEntry]);
      return result;
    });
  } catch (error) {
    Object.assign(totals, before);
    throw error;
  }
}
