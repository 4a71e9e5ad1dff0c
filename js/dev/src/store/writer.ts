/**
 * Owns: storing one batch: what of it is new, its entries, and what is kept up to date with them.
 * Does not own: checking what the client sent (src/intake), the tables (tables.ts), transactions (queue.ts), the rows of one
 * entry (rows.ts), removal (retention.ts).
 * Invariants: runs inside a transaction, so that a killed process leaves all of a batch or nothing; each (instance, seq) is
 * stored once, also after retention has removed it.
 * Tested in: tests/collector/duplicates.test.ts and kill.test.ts.
 */
import type { EntryRow } from "../intake/entry.js";
import type { BatchHeader } from "../intake/header.js";
import type { Database } from "./database.js";
import { insertEntry, Sums } from "./rows.js";
import { addSeqs, boundSeqs } from "./seqs.js";
import { partFor } from "./text.js";
import type { Totals } from "./totals.js";

/** A checked batch, ready to be stored. */
export interface Batch {
  readonly header: BatchHeader;
  readonly entries: readonly EntryRow[];
  /** When it came, in Unix ms by this machine's clock. */
  readonly receivedAt: number;
  /** Did it come as a beacon, whose sender sees no answer? */
  readonly beacon: boolean;
}

/** What became of the entries: `count` are new, `duplicates` were already there. */
export interface Stored {
  readonly count: number;
  readonly duplicates: number;
}

/** Stores a batch. Throws where the database refuses; the transaction around it must then be undone. */
export function storeBatch(db: Database, totals: Totals, batch: Batch): Stored {
  const known = findBatch(db, batch.header);
  const fresh = known === undefined ? freshEntries(db, batch) : { entries: [], sequenced: 0, ranges: 0 };
  const sums = new Sums();
  const part = partFor(db, totals.lastEntry + 1);
  for (const entry of fresh.entries) {
    totals.lastEntry += 1;
    insertEntry(db, totals.lastEntry, part, batch, entry, sums);
  }
  sums.write(db);
  totals.entries += fresh.entries.length;
  recordBatch(db, batch, fresh.entries.length);
  recordInstance(db, batch, {
    isNew: known === undefined,
    sequenced: fresh.sequenced,
    duplicates: batch.entries.length - fresh.entries.length,
    // A batch that came before by other means and now by a beacon is one of those that the client cannot be sure of.
    confirmed: batch.beacon && known?.beacon !== 1 ? batch.entries.length : 0,
    ranges: fresh.ranges,
  });
  return { count: fresh.entries.length, duplicates: batch.entries.length - fresh.entries.length };
}

function findBatch(db: Database, header: BatchHeader): { beacon: number } | undefined {
  if (header.id === null) return undefined;
  return db.first("SELECT beacon FROM batches WHERE instance = ? AND id = ?", [header.instance ?? "", header.id]);
}

interface Fresh {
  readonly entries: readonly EntryRow[];
  /** How many of them have a number; 0 is none. */
  readonly sequenced: number;
  readonly ranges: number;
}

/** The entries that are not there yet. One without an instance or a number is always new. */
function freshEntries(db: Database, { header: { instance }, entries }: Batch): Fresh {
  if (instance === null) return { entries, sequenced: 0, ranges: 0 };
  const numbers = entries.map((entry) => entry.seq).filter((seq) => seq !== null);
  const { fresh, ranges } = addSeqs(db, instance, numbers);
  const taken = new Set<number>();
  const kept = entries.filter(({ seq }) => {
    if (seq === null) return true;
    if (!fresh.has(seq) || taken.has(seq)) return false;
    taken.add(seq);
    return true;
  });
  return { entries: kept, sequenced: fresh.size - (fresh.has(0) ? 1 : 0), ranges };
}

const UPSERT_BATCH = `INSERT INTO batches (instance, id, first_seq, last_seq, sent_at, received_at, attempt, beacon, entries, header)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance, id) DO UPDATE SET
  attempt = max(coalesce(attempt, excluded.attempt), coalesce(excluded.attempt, attempt)),
  beacon = max(beacon, excluded.beacon)`;

function recordBatch(db: Database, { header, receivedAt, beacon }: Batch, count: number): void {
  if (header.id === null) return;
  db.run(UPSERT_BATCH, [
    header.instance ?? "", header.id, header.firstSeq, header.lastSeq, header.sentAt, receivedAt, header.attempt, beacon ? 1 : 0,
    count, header.json,
  ]);
}

// Batches can overtake each other, so counts only grow, and what describes the instance comes from the batch that reaches furthest.
const UPSERT_INSTANCE = `INSERT INTO instances (instance, source, environment, accepted, unconfirmed, confirmed, last_seq, stored, expired,
  received, duplicates, batches, ranges, seqs_from, final, core, sdk, resource, first_seen, last_seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance) DO UPDATE SET
  source = coalesce(excluded.source, source),
  environment = coalesce(excluded.environment, environment),
  accepted = max(coalesce(accepted, excluded.accepted), coalesce(excluded.accepted, accepted)),
  unconfirmed = max(coalesce(unconfirmed, excluded.unconfirmed), coalesce(excluded.unconfirmed, unconfirmed)),
  confirmed = confirmed + excluded.confirmed,
  stored = stored + excluded.stored,
  received = received + excluded.received,
  duplicates = duplicates + excluded.duplicates,
  batches = batches + excluded.batches,
  ranges = ranges + excluded.ranges,
  final = CASE WHEN excluded.last_seq >= last_seq THEN excluded.final ELSE final END,
  core = CASE WHEN excluded.last_seq >= last_seq THEN excluded.core ELSE core END,
  sdk = CASE WHEN excluded.last_seq >= last_seq THEN coalesce(excluded.sdk, sdk) ELSE sdk END,
  resource = CASE WHEN excluded.last_seq >= last_seq THEN coalesce(excluded.resource, resource) ELSE resource END,
  last_seq = max(last_seq, excluded.last_seq),
  last_seen = max(last_seen, excluded.last_seen)`;

const UPSERT_DROP = `INSERT INTO drops (instance, reason, count) VALUES (?, ?, ?)
ON CONFLICT (instance, reason) DO UPDATE SET count = max(count, excluded.count)`;

interface Change {
  readonly isNew: boolean;
  readonly sequenced: number;
  readonly duplicates: number;
  readonly confirmed: number;
  readonly ranges: number;
}

function recordInstance(db: Database, { header, entries, receivedAt }: Batch, change: Change): void {
  if (header.instance === null) return;
  const lastSeq = entries.reduce((last, entry) => Math.max(last, entry.seq ?? 0), header.lastSeq ?? 0);
  const firstEntry = entries[0];
  db.run(UPSERT_INSTANCE, [
    header.instance, header.source ?? firstEntry?.source ?? null, header.environment ?? firstEntry?.environment ?? null,
    header.accepted, header.unconfirmed, change.confirmed, lastSeq, change.sequenced, entries.length, change.duplicates,
    change.isNew ? 1 : 0, change.ranges, header.final, header.core, header.sdkJson, header.resourceJson, receivedAt, receivedAt,
  ]);
  for (const [reason, count] of header.dropped) db.run(UPSERT_DROP, [header.instance, reason, count]);
  if (change.ranges > 0) boundSeqs(db, header.instance);
}
