/**
 * Owns: the rows of one entry (the entry, its tags, its text), and the sums over several (flows, facets).
 * Does not own: which entries are new (writer.ts); removal (retention.ts).
 * Invariant: what is summed up is written once per batch, not once per entry.
 * Tested in: tests/collector/read.test.ts and facets.test.ts.
 */
import type { EntryRow } from "../intake/entry.js";
import { ERROR_SEVERITY, WARN_SEVERITY } from "../levels.js";
import type { Database } from "./database.js";
import { insertText, type TextPart } from "./text.js";
import type { Batch } from "./writer.js";

const INSERT_ENTRY = `INSERT INTO entries (
  id, instance, seq, batch_id, timestamp, received_at, level, severity, source, environment, version, dataset, user_id, session_id,
  request_id, trace_id, flow_id, step_index, flow_name, flow_branch, flow_outcome, error_name, tags, message, entry
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_TAG = "INSERT OR IGNORE INTO entry_tags (tag, entry) VALUES (?, ?)";

/** Inserts a new entry under an id that is larger than all before it. */
export function insertEntry(db: Database, id: number, part: TextPart, { header, receivedAt }: Batch, entry: EntryRow, sums: Sums): void {
  const at = entry.timestamp ?? receivedAt;
  const source = entry.source ?? header.source;
  const environment = entry.environment ?? header.environment;
  db.run(INSERT_ENTRY, [
    id, header.instance, entry.seq, header.id, at, receivedAt, entry.level, entry.severity, source, environment,
    entry.version ?? header.version, entry.dataset, entry.userId, entry.sessionId, entry.requestId, entry.traceId, entry.flowId,
    entry.stepIndex, entry.flowName, entry.flowBranch, entry.flowOutcome, entry.errorName,
    entry.tags.length === 0 ? null : JSON.stringify(entry.tags), entry.message, entry.json,
  ]);
  // A source that stands in the batch's header only is searched for as well.
  insertText(db, part, id, entry.source === null && source !== null ? `${source}\n${entry.text}` : entry.text);
  for (const tag of entry.tags) db.run(INSERT_TAG, [tag, id]);
  sums.add(entry, { source, environment, at, id });
}

/** What of a stored entry does not stand in itself. */
interface Place {
  readonly source: string | null;
  readonly environment: string | null;
  readonly at: number;
  readonly id: number;
}

interface FlowSum {
  name: string | null;
  source: string | null;
  sessionId: string | null;
  entries: number;
  errors: number;
  warnings: number;
  lastStep: number | null;
  firstAt: number;
  lastAt: number;
  outcome: string | null;
  durationMs: number | null;
  lastEntry: number;
}

const UPSERT_FLOW = `INSERT INTO flows (id, name, source, session_id, entries, errors, warnings, last_step, first_at, last_at, outcome,
  duration_ms, last_entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  name = coalesce(name, excluded.name),
  source = coalesce(source, excluded.source),
  session_id = coalesce(session_id, excluded.session_id),
  entries = entries + excluded.entries,
  errors = errors + excluded.errors,
  warnings = warnings + excluded.warnings,
  last_step = max(coalesce(last_step, excluded.last_step), coalesce(excluded.last_step, last_step)),
  first_at = min(first_at, excluded.first_at),
  last_at = max(last_at, excluded.last_at),
  outcome = coalesce(excluded.outcome, outcome),
  duration_ms = coalesce(excluded.duration_ms, duration_ms),
  last_entry = excluded.last_entry`;
const UPSERT_FACET = `INSERT INTO facets (kind, value, count) VALUES (?, ?, ?)
ON CONFLICT (kind, value) DO UPDATE SET count = count + excluded.count`;

/** What the new entries of a batch add to the flows and to the counts of values. */
export class Sums {
  readonly #flows = new Map<string, FlowSum>();
  readonly #facets = new FacetCounts();

  add(entry: EntryRow, place: Place): void {
    this.#facets.add(entry, place.source, place.environment);
    if (entry.flowId !== null) this.#addFlow(entry.flowId, entry, place);
  }

  write(db: Database): void {
    for (const [id, flow] of this.#flows) {
      db.run(UPSERT_FLOW, [
        id, flow.name, flow.source, flow.sessionId, flow.entries, flow.errors, flow.warnings, flow.lastStep, flow.firstAt,
        flow.lastAt, flow.outcome, flow.durationMs, flow.lastEntry,
      ]);
    }
    this.#facets.forEach((kind, value, count) => db.run(UPSERT_FACET, [kind, value, count]));
  }

  #addFlow(id: string, entry: EntryRow, { source, at, id: entryId }: Place): void {
    const sum = this.#flows.get(id) ?? {
      name: null, source: null, sessionId: null, entries: 0, errors: 0, warnings: 0, lastStep: null, firstAt: at, lastAt: at,
      outcome: null, durationMs: null, lastEntry: 0,
    };
    this.#flows.set(id, sum);
    sum.name ??= entry.flowName;
    sum.source ??= source;
    sum.sessionId ??= entry.sessionId;
    sum.entries += 1;
    sum.errors += isError(entry) ? 1 : 0;
    sum.warnings += isWarning(entry) ? 1 : 0;
    if (entry.stepIndex !== null) sum.lastStep = Math.max(sum.lastStep ?? 0, entry.stepIndex);
    sum.firstAt = Math.min(sum.firstAt, at);
    sum.lastAt = Math.max(sum.lastAt, at);
    sum.outcome = entry.flowOutcome ?? sum.outcome;
    sum.durationMs = entry.flowDurationMs ?? sum.durationMs;
    sum.lastEntry = entryId;
  }
}

/** Does it count as an error of its flow? */
export function isError({ severity }: { severity: number }): boolean {
  return severity >= ERROR_SEVERITY;
}

/** Does it count as a warning of its flow? */
export function isWarning({ severity }: { severity: number }): boolean {
  return severity >= WARN_SEVERITY && severity < ERROR_SEVERITY;
}

/** The values of an entry that one can filter by, counted. */
export class FacetCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  add(entry: Pick<EntryRow, "level" | "userId" | "sessionId" | "tags">, source: string | null, environment: string | null): void {
    this.#count("level", entry.level);
    this.#count("source", source);
    this.#count("environment", environment);
    this.#count("user", entry.userId);
    this.#count("session", entry.sessionId);
    for (const tag of entry.tags) this.#count("tag", tag);
  }

  forEach(visit: (kind: string, value: string, count: number) => void): void {
    for (const [kind, values] of this.#counts) for (const [value, count] of values) visit(kind, value, count);
  }

  #count(kind: string, value: string | null): void {
    if (value === null) return;
    const values = this.#counts.get(kind) ?? new Map<string, number>();
    this.#counts.set(kind, values);
    values.set(value, (values.get(value) ?? 0) + 1);
  }
}
