/**
 * Owns: the tables, their version, and whether a file is ours to write.
 * Does not own: the statements that fill and read them (writer.ts, queries.ts, ledger.ts).
 * Invariants: a file of a newer version or of another program is refused and left as it is; so is one that another
 * collector uses.
 * Tested in: tests/collector/store.test.ts and lock.test.ts.
 */
import { Database } from "./database.js";
import { lockDatabase, type Lock } from "./lock.js";

/** Counted up by each change of the tables. */
export const SCHEMA_VERSION = 1;

/** "SAPW" in ASCII: marks the file as ours, so that `--db` with a wrong name harms no other program's data. */
const APPLICATION_ID = 0x53415057;

// `entry` holds the whole entry as JSON, unknown fields included; the columns beside it are what one filters and sorts by.
// The unique keys on batches and entries are what makes a retry harmless. SQLite takes NULLs as distinct, so entries
// without an instance or a sequence number are always new.
const TABLES = `
CREATE TABLE batches (
  instance    TEXT NOT NULL,
  id          TEXT NOT NULL,
  first_seq   INTEGER,
  last_seq    INTEGER,
  sent_at     INTEGER,
  received_at INTEGER NOT NULL,
  attempt     INTEGER,
  entries     INTEGER NOT NULL,
  header      TEXT NOT NULL,
  PRIMARY KEY (instance, id)
) WITHOUT ROWID;

CREATE TABLE entries (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  instance      TEXT,
  seq           INTEGER,
  batch_id      TEXT,
  timestamp     INTEGER NOT NULL,
  received_at   INTEGER NOT NULL,
  level         TEXT NOT NULL,
  severity      INTEGER NOT NULL,
  message       TEXT NOT NULL,
  source        TEXT,
  environment   TEXT,
  version       TEXT,
  dataset       TEXT,
  user_id       TEXT,
  session_id    TEXT,
  request_id    TEXT,
  trace_id      TEXT,
  flow_id       TEXT,
  step_index    INTEGER,
  flow_name     TEXT,
  flow_branch   TEXT,
  flow_outcome  TEXT,
  error_name    TEXT,
  entry         TEXT NOT NULL,
  UNIQUE (instance, seq)
);
CREATE INDEX entries_by_flow ON entries (flow_id) WHERE flow_id IS NOT NULL;

CREATE TABLE flows (
  id          TEXT PRIMARY KEY,
  name        TEXT,
  source      TEXT,
  entries     INTEGER NOT NULL,
  errors      INTEGER NOT NULL,
  last_step   INTEGER,
  first_at    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  outcome     TEXT,
  duration_ms REAL,
  last_entry  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX flows_by_last_entry ON flows (last_entry);

CREATE TABLE instances (
  instance    TEXT PRIMARY KEY,
  source      TEXT,
  environment TEXT,
  accepted    INTEGER,
  last_seq    INTEGER NOT NULL,
  stored      INTEGER NOT NULL,
  final       TEXT,
  core        TEXT,
  sdk         TEXT,
  resource    TEXT,
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX instances_by_last_seen ON instances (last_seen);

CREATE TABLE drops (
  instance TEXT NOT NULL,
  reason   TEXT NOT NULL,
  count    INTEGER NOT NULL,
  PRIMARY KEY (instance, reason)
) WITHOUT ROWID;
`;

/** The store of one collector, which nobody else writes. */
export interface Store {
  readonly db: Database;
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
  // Write-ahead log: readers (the page, a test, the sqlite3 shell) never block a batch, and a killed process leaves
  // a log that the next one replays.
  db.all("PRAGMA journal_mode = WAL");
  // A 200 makes the client erase what it sent. NORMAL would survive a killed process, but not a power cut, since it
  // syncs at checkpoints only. FULL syncs at each commit: one sync per batch, which is nothing for a development tool.
  db.exec("PRAGMA synchronous = FULL");
}

function create(db: Database): void {
  db.transaction(() => {
    if (pragma(db, "user_version") !== 0) return;
    db.exec(TABLES);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
  });
}

function pragma(db: Database, name: "user_version" | "application_id"): number {
  return db.first<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
}
