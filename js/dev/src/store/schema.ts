/**
 * Owns: opening a file for writing: whether it is ours, how the database is set up, that its tables are of this version.
 * Does not own: the tables (tables.ts), how an older file becomes one of this version (migrate.ts).
 * Invariants: a file of a newer version or of another program is refused and left as it is; so is one that another
 * collector uses.
 * Tested in: tests/collector/store.test.ts and lock.test.ts.
 */
import { CACHE_BYTES_MAX, CHECKPOINT_PAGES, LOG_BYTES_KEPT_MAX } from "../limits.js";
import { Database } from "./database.js";
import { lockDatabase, type Lock } from "./lock.js";
import { migrate } from "./migrate.js";
import { SCHEMA_VERSION, TABLES } from "./tables.js";
import { readTotals, type Totals } from "./totals.js";

/** "SAPW" in ASCII: marks the file as ours, so that `--db` with a wrong name harms no other program's data. */
export const APPLICATION_ID = 0x53415057;

/** The store of one collector, which nobody else writes. */
export interface Store {
  readonly db: Database;
  readonly totals: Totals;
  /** Closes the file and lets the next collector have it. Once. */
  close(): void;
}

/** Opens the file, creates the tables where there are none. Throws one clear sentence where the file cannot be used. */
export function openStore(file: string): Store {
  try {
    checkOwner(file);
    const lock = lockDatabase(file);
    if (lock === undefined) throw new StoreError(`${file} is used by another collector; stop that one, or choose another file with --db.`);
    return openLocked(file, lock);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${file} cannot be used as the database: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function openLocked(file: string, lock: Lock): Store {
  let db: Database | undefined;
  try {
    db = new Database(file, "write");
    configure(db);
    create(db);
  } catch (error) {
    abandon(db, lock);
    throw error;
  }
  const opened = db;
  return {
    db: opened,
    totals: readTotals(opened),
    close() {
      try {
        opened.close();
      } finally {
        lock.release();
      }
    },
  };
}

/** Closes what was opened in vain. What fails now follows from what failed before, and only that is worth telling. */
function abandon(db: Database | undefined, lock: Lock): void {
  try {
    db?.close();
  } catch {
    // See above.
  }
  lock.release();
}

/** The file cannot be used; the message is a sentence for the user. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Before the lock and with a reader, so that a file that is not ours is left as it is, and a live one is not disturbed. */
function checkOwner(file: string): void {
  const db = new Database(file, "read");
  try {
    const version = pragma(db, "user_version");
    if (pragma(db, "application_id") !== APPLICATION_ID) {
      if (version !== 0 || db.first("SELECT 1 FROM sqlite_schema LIMIT 1") !== undefined) {
        throw new StoreError(`${file} is a database of another program; choose another file with --db.`);
      }
    } else if (version > SCHEMA_VERSION) {
      throw new StoreError(
        `${file} was written by a newer sapwood-dev (its format is ${version}, this one knows ${SCHEMA_VERSION}); use the newer one, or another file with --db.`,
      );
    }
  } finally {
    db.close();
  }
}

function configure(db: Database): void {
  // Before the first table: pages that retention has emptied can then be given back piece by piece.
  db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  // Write-ahead log: readers (the page, a test, the sqlite3 shell) never block a batch, and a killed process leaves
  // a log that the next one replays.
  db.all("PRAGMA journal_mode = WAL");
  // A 200 makes the client erase what it sent. NORMAL would survive a killed process, but not a power cut, since it
  // syncs at checkpoints only. FULL syncs at each commit, which the batches that come at the same time share.
  db.exec("PRAGMA synchronous = FULL");
  db.all(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.all(`PRAGMA journal_size_limit = ${LOG_BYTES_KEPT_MAX}`);
  db.exec(`PRAGMA cache_size = -${CACHE_BYTES_MAX / 1024}`);
}

function create(db: Database): void {
  const version = pragma(db, "user_version");
  if (version !== 0 && version < SCHEMA_VERSION) migrate(db);
  db.transaction(() => {
    if (pragma(db, "user_version") !== 0) return;
    db.exec(TABLES);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
  });
}

function pragma(db: Database, name: "user_version" | "application_id"): number {
  return db.first<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
}
