/**
 * Owns: the tables of a database file, as SQL.
 * Does not own: whether and when they are created (schema.ts) or the statements that fill and read them.
 * Does not own: the full-text tables beside `text_parts` (text.ts).
 * Invariants: `flows`, `facets`, `entry_tags` and `totals.entries` count and hold exactly the rows of `entries`; `seqs` holds what was ever stored of an instance, so it outlives the entries that retention removes.
 * Tested in: tests/collector/store.test.ts.
 */

/** Counted up by each change of the tables. */
export const SCHEMA_VERSION = 2;

// `entry` holds the whole entry as JSON, unknown fields included; the columns before it are what one filters and sorts by, so
// that looking at them never reads a large entry. The ids come from `totals`: they only grow, also when all rows are gone.
const ENTRIES = `
CREATE TABLE entries (
  id            INTEGER PRIMARY KEY,
  instance      TEXT,
  seq           INTEGER,
  batch_id      TEXT,
  timestamp     INTEGER NOT NULL,
  received_at   INTEGER NOT NULL,
  level         TEXT NOT NULL,
  severity      INTEGER NOT NULL,
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
  tags          TEXT,
  message       TEXT NOT NULL,
  entry         TEXT NOT NULL
);
CREATE INDEX entries_by_instance ON entries (instance) WHERE instance IS NOT NULL;
CREATE INDEX entries_by_user ON entries (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX entries_by_session ON entries (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX entries_by_source ON entries (source) WHERE source IS NOT NULL;
CREATE INDEX entries_by_flow ON entries (flow_id, flow_branch, step_index, timestamp) WHERE flow_id IS NOT NULL;
CREATE INDEX entries_by_flow_name ON entries (flow_name) WHERE flow_name IS NOT NULL;
CREATE INDEX entries_that_warn ON entries (id) WHERE severity >= 13;

CREATE TABLE entry_tags (
  tag   TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (tag, entry)
) WITHOUT ROWID;

CREATE TABLE text_parts (
  n     INTEGER PRIMARY KEY,
  first INTEGER NOT NULL
);
`;

// The unique key on batches is what makes a retry harmless, together with `seqs`: inclusive ranges of the sequence numbers
// of an instance that were stored, neighbours joined.
const ARRIVALS = `
CREATE TABLE batches (
  n           INTEGER PRIMARY KEY,
  instance    TEXT NOT NULL,
  id          TEXT NOT NULL,
  first_seq   INTEGER,
  last_seq    INTEGER,
  sent_at     INTEGER,
  received_at INTEGER NOT NULL,
  attempt     INTEGER,
  beacon      INTEGER NOT NULL,
  entries     INTEGER NOT NULL,
  header      TEXT NOT NULL,
  UNIQUE (instance, id)
);

CREATE TABLE seqs (
  instance TEXT NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  PRIMARY KEY (instance, first)
) WITHOUT ROWID;

CREATE TABLE instances (
  instance    TEXT PRIMARY KEY,
  source      TEXT,
  environment TEXT,
  accepted    INTEGER,
  unconfirmed INTEGER,
  confirmed   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  stored      INTEGER NOT NULL,
  expired     INTEGER NOT NULL,
  received    INTEGER NOT NULL,
  duplicates  INTEGER NOT NULL,
  batches     INTEGER NOT NULL,
  ranges      INTEGER NOT NULL,
  seqs_from   INTEGER NOT NULL,
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

const SUMS = `
CREATE TABLE flows (
  id          TEXT PRIMARY KEY,
  name        TEXT,
  source      TEXT,
  session_id  TEXT,
  entries     INTEGER NOT NULL,
  errors      INTEGER NOT NULL,
  warnings    INTEGER NOT NULL,
  last_step   INTEGER,
  first_at    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  outcome     TEXT,
  duration_ms REAL,
  last_entry  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX flows_by_last_entry ON flows (last_entry);

CREATE TABLE facets (
  kind  TEXT NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, value)
) WITHOUT ROWID;
CREATE INDEX facets_by_count ON facets (kind, count);

CREATE TABLE totals (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  entries    INTEGER NOT NULL,
  expired    INTEGER NOT NULL,
  last_entry INTEGER NOT NULL
);
INSERT INTO totals VALUES (1, 0, 0, 0);
`;

/** Creates all of it. */
export const TABLES = ENTRIES + ARRIVALS + SUMS;
