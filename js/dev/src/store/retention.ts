/**
 * Owns: keeping the file within its bounds of bytes and age: the oldest entries go first, and with them what only they hold up.
 * How: in slices between requests, each sized by the time the last one took, so that no request waits for long.
 * Invariants: a slice is one transaction; what counts entries follows; `seqs` keeps the numbers of removed entries as long as
 * their instance is known, so they are neither missing nor stored again; pages that stay empty go back to the file system.
 * Tested in: tests/collector/retention.test.ts.
 */
import { RETENTION_BYTES_SPARE, RETENTION_ENTRIES_MAX, RETENTION_ENTRIES_MIN, RETENTION_SLICE_MS, VACUUM_PAGES, VACUUM_PAGES_KEPT } from "../limits.js";
import type { Database } from "./database.js";
import { removeOldest, sweep } from "./removal.js";
import { changing, type Totals } from "./totals.js";

/** Bounds of a file; 0 is none. */
export interface Bounds {
  readonly bytesMax: number;
  readonly ageMsMax: number;
}

export class Retention {
  /** Entries in the next slice. */
  #entries = RETENTION_ENTRIES_MIN;

  constructor(
    private readonly db: Database,
    private readonly totals: Totals,
    private readonly bounds: Bounds,
  ) {}

  /** Does one slice of what is to be done at the time `now` (Unix ms); tells whether there may be more. Throws where the database refuses. */
  slice(now: number): boolean {
    const { bytesMax, ageMsMax } = this.bounds;
    // A little below the bound, because what comes between two looks needs room as well.
    const over = bytesMax > 0 && usedBytes(this.db) > bytesMax - Math.min(bytesMax / 16, RETENTION_BYTES_SPARE);
    const until = over ? Infinity : ageMsMax > 0 ? now - ageMsMax : -Infinity;
    if (over || this.#isDue(until)) return this.#remove(until);
    return this.#vacuum();
  }

  #isDue(until: number): boolean {
    if (until === -Infinity) return false;
    const oldest = this.db.first<{ at: number }>("SELECT received_at AS at FROM entries ORDER BY id LIMIT 1")?.at;
    const heard = this.db.first<{ at: number }>("SELECT last_seen AS at FROM instances ORDER BY last_seen LIMIT 1")?.at;
    const batch = this.db.first<{ at: number }>("SELECT received_at AS at FROM batches ORDER BY n LIMIT 1")?.at;
    return [oldest, heard, batch].some((at) => at !== undefined && at < until);
  }

  #remove(until: number): boolean {
    const begun = performance.now();
    // What is undone by a power cut is removed again: no need to wait for the disk. The next batch's commit syncs this one too.
    this.db.exec("PRAGMA synchronous = NORMAL");
    try {
      return changing(this.db, this.totals, () => {
        const removed = removeOldest(this.db, this.totals, until, this.#entries);
        const swept = sweep(this.db, until, this.#entries);
        return removed + swept > 0;
      });
    } finally {
      this.db.exec("PRAGMA synchronous = FULL");
      const factor = RETENTION_SLICE_MS / Math.max(1, performance.now() - begun);
      const next = Math.round(this.#entries * Math.min(2, factor));
      this.#entries = Math.min(RETENTION_ENTRIES_MAX, Math.max(RETENTION_ENTRIES_MIN, next));
    }
  }

  /** Gives empty pages back once there are many; some stay, because new entries need them at once. */
  #vacuum(): boolean {
    const free = pragma(this.db, "freelist_count");
    if (free < 2 * VACUUM_PAGES_KEPT) return false;
    this.db.all(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    return free - VACUUM_PAGES >= 2 * VACUUM_PAGES_KEPT;
  }
}

/** What the tables and indexes take up in the file; its empty pages do not count, since the next entries fill them. */
export function usedBytes(db: Database): number {
  return (pragma(db, "page_count") - pragma(db, "freelist_count")) * pragma(db, "page_size");
}

function pragma(db: Database, name: "page_count" | "freelist_count" | "page_size"): number {
  return db.first<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
}
