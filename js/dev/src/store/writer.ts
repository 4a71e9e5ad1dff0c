/**
 * Owns: storing one batch: duplicates, entries, and what is kept up to date with them (flows, instances, drop counts).
 * Does not own: checking what the client sent (src/intake) or the tables (schema.ts).
 * Invariants: one batch is one transaction, so that a killed process leaves all of it or nothing; each (instance, seq) is
 * stored once; `flows` and `instances.stored` count exactly the rows of `entries`.
 * Tested in: tests/collector/duplicates.test.ts and kill.test.ts.
 */
import type { BatchHeader } from "../intake/header.js";
import type { EntryRow } from "../intake/entry.js";
import { ERROR_SEVERITY } from "../levels.js";
import type { Database } from "./database.js";

/** A checked batch, ready to be stored. */
export interface Batch {
  readonly header: BatchHeader;
  readonly entries: readonly EntryRow[];
  /** When it came, in Unix ms by this machine's clock. */
  readonly receivedAt: number;
}

/** What became of the entries: `count` are new, `duplicates` were already there. */
export interface Stored {
  readonly count: number;
  readonly duplicates: number;
}

/** Stores a batch. Throws where the database refuses; then nothing of the batch is stored. */
export function storeBatch(db: Database, batch: Batch): Stored {
  return db.transaction(() => {
    const known = isKnown(db, batch.header);
    let count = 0;
    let sequenced = 0;
    if (!known) {
      for (const entry of batch.entries) {
        if (!insertEntry(db, batch, entry)) continue;
        count += 1;
        if (entry.seq !== null && entry.seq > 0) sequenced += 1;
      }
    }
    recordBatch(db, batch, count);
    recordInstance(db, batch, sequenced);
    return { count, duplicates: batch.entries.length - count };
  });
}

function isKnown(db: Database, header: BatchHeader): boolean {
  if (header.id === null) return false;
  return db.first("SELECT 1 FROM batches WHERE instance = ? AND id = ?", [header.instance ?? "", header.id]) !== undefined;
}

const INSERT_ENTRY = `INSERT INTO entries (
  instance, seq, batch_id, timestamp, received_at, level, severity, message, source, environment, version, dataset,
  user_id, session_id, request_id, trace_id, flow_id, step_index, flow_name, flow_branch, flow_outcome, error_name, entry
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (instance, seq) DO NOTHING`;

/** Returns whether the entry was new. */
function insertEntry(db: Database, { header, receivedAt }: Batch, entry: EntryRow): boolean {
  const inserted = db.run(INSERT_ENTRY, [
    header.instance, entry.seq, header.id, entry.timestamp ?? receivedAt, receivedAt, entry.level, entry.severity,
    entry.message, entry.source ?? header.source, entry.environment ?? header.environment, entry.version ?? header.version,
    entry.dataset, entry.userId, entry.sessionId, entry.requestId, entry.traceId, entry.flowId, entry.stepIndex,
    entry.flowName, entry.flowBranch, entry.flowOutcome, entry.errorName, entry.json,
  ]);
  if (inserted === 0) return false;
  if (entry.flowId !== null) recordFlow(db, entry, entry.flowId, entry.source ?? header.source, entry.timestamp ?? receivedAt);
  return true;
}

const UPSERT_FLOW = `INSERT INTO flows (id, name, source, entries, errors, last_step, first_at, last_at, outcome, duration_ms, last_entry)
VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, last_insert_rowid())
ON CONFLICT (id) DO UPDATE SET
  name = coalesce(name, excluded.name),
  source = coalesce(source, excluded.source),
  entries = entries + 1,
  errors = errors + excluded.errors,
  last_step = max(coalesce(last_step, excluded.last_step), coalesce(excluded.last_step, last_step)),
  first_at = min(first_at, excluded.first_at),
  last_at = max(last_at, excluded.last_at),
  outcome = coalesce(excluded.outcome, outcome),
  duration_ms = coalesce(excluded.duration_ms, duration_ms),
  last_entry = excluded.last_entry`;

function recordFlow(db: Database, entry: EntryRow, flowId: string, source: string | null, at: number): void {
  const error = entry.severity >= ERROR_SEVERITY ? 1 : 0;
  db.run(UPSERT_FLOW, [
    flowId, entry.flowName, source, error, entry.stepIndex, at, at, entry.flowOutcome, entry.flowDurationMs,
  ]);
}

const UPSERT_BATCH = `INSERT INTO batches (instance, id, first_seq, last_seq, sent_at, received_at, attempt, entries, header)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance, id) DO UPDATE SET attempt = max(coalesce(attempt, excluded.attempt), coalesce(excluded.attempt, attempt))`;

function recordBatch(db: Database, { header, receivedAt }: Batch, count: number): void {
  if (header.id === null) return;
  db.run(UPSERT_BATCH, [
    header.instance ?? "", header.id, header.firstSeq, header.lastSeq, header.sentAt, receivedAt, header.attempt, count, header.json,
  ]);
}

// Batches can overtake each other, so counts only grow, and what describes the instance comes from the batch that reaches furthest.
const UPSERT_INSTANCE = `INSERT INTO instances (instance, source, environment, accepted, last_seq, stored, final, core, sdk, resource, first_seen, last_seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance) DO UPDATE SET
  source = coalesce(excluded.source, source),
  environment = coalesce(excluded.environment, environment),
  accepted = max(coalesce(accepted, excluded.accepted), coalesce(excluded.accepted, accepted)),
  stored = stored + excluded.stored,
  final = CASE WHEN excluded.last_seq >= last_seq THEN excluded.final ELSE final END,
  core = CASE WHEN excluded.last_seq >= last_seq THEN excluded.core ELSE core END,
  sdk = CASE WHEN excluded.last_seq >= last_seq THEN coalesce(excluded.sdk, sdk) ELSE sdk END,
  resource = CASE WHEN excluded.last_seq >= last_seq THEN coalesce(excluded.resource, resource) ELSE resource END,
  last_seq = max(last_seq, excluded.last_seq),
  last_seen = max(last_seen, excluded.last_seen)`;

const UPSERT_DROP = `INSERT INTO drops (instance, reason, count) VALUES (?, ?, ?)
ON CONFLICT (instance, reason) DO UPDATE SET count = max(count, excluded.count)`;

function recordInstance(db: Database, { header, entries, receivedAt }: Batch, sequenced: number): void {
  if (header.instance === null) return;
  const lastSeq = entries.reduce((last, entry) => Math.max(last, entry.seq ?? 0), header.lastSeq ?? 0);
  const firstEntry = entries[0];
  db.run(UPSERT_INSTANCE, [
    header.instance, header.source ?? firstEntry?.source ?? null, header.environment ?? firstEntry?.environment ?? null,
    header.accepted, lastSeq, sequenced, header.final, header.core, header.sdkJson, header.resourceJson, receivedAt, receivedAt,
  ]);
  for (const [reason, count] of header.dropped) db.run(UPSERT_DROP, [header.instance, reason, count]);
}
