/** The tables of format 1, as `sapwood-dev` made them before format 2, for the test of the conversion. */
export const FORMAT_1 = `
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
PRAGMA application_id = 0x53415057;
PRAGMA user_version = 1;
`;
