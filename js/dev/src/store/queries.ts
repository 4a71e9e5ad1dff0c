/**
 * Owns: reading entries and flows.
 * Does not own: the accounts of logger instances (ledger.ts); bounds of what may be asked for (http/api.ts).
 * Invariant: every query has a LIMIT, and no list holds large entries.
 * Tested in: tests/collector/read.test.ts.
 */
import type { EntriesAnswer, FlowAnswer, FlowSummary, StoredEntry } from "../api-types.js";
import { FLOW_ENTRIES_MAX, LISTED_ENTRY_BYTES_MAX } from "../limits.js";
import type { Database, Parameter } from "./database.js";

/** Which entries are wanted. */
export interface EntryFilter {
  readonly limit: number;
  /** Only entries that arrived before, or after, the one with this id. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Only entries of at least this severity. */
  readonly severity?: number | undefined;
  readonly flow?: string | undefined;
  /** Only entries with this text in message, source, error name or flow id; ASCII letters match in either case. */
  readonly text?: string | undefined;
}

type Row = Omit<StoredEntry, "entry"> & { readonly entry: string | null };

const META = `id, instance, seq, batch_id AS batchId, timestamp, received_at AS receivedAt, level, message, source, environment,
  flow_id AS flowId, flow_name AS flowName, step_index AS stepIndex, error_name AS errorName, octet_length(entry) AS bytes`;
const LISTED = `${META}, CASE WHEN octet_length(entry) <= ${LISTED_ENTRY_BYTES_MAX} THEN entry END AS entry`;

/** Entries, newest first. With `after`, those that follow the cursor directly, so that a reader who asks on misses none. */
export function listEntries(db: Database, filter: EntryFilter): EntriesAnswer {
  const conditions: string[] = ["1"];
  const parameters: Parameter[] = [];
  const where = (condition: string, ...values: Parameter[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (filter.before !== undefined) where("id < ?", filter.before);
  if (filter.after !== undefined) where("id > ?", filter.after);
  if (filter.severity !== undefined) where("severity >= ?", filter.severity);
  if (filter.flow !== undefined) where("flow_id = ?", filter.flow);
  if (filter.text !== undefined) {
    const pattern = `%${filter.text.replace(/[\\%_]/g, "\\$&")}%`;
    const columns = ["message", "source", "error_name", "flow_id"];
    where(`(${columns.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(" OR ")})`, ...columns.map(() => pattern));
  }
  const order = filter.after === undefined ? "DESC" : "ASC";
  const sql = `SELECT ${LISTED} FROM entries WHERE ${conditions.join(" AND ")} ORDER BY id ${order} LIMIT ?`;
  const rows = db.all<Row>(sql, [...parameters, filter.limit + 1]);
  const more = rows.length > filter.limit;
  const entries = rows.slice(0, filter.limit).map(parsed);
  if (order === "ASC") entries.reverse();
  return { entries, more, cursor: cursorOf(db, filter, more, entries[0]) };
}

/** The highest id that a query looked at. Nothing was stored meanwhile: both queries run without letting go of the thread. */
function cursorOf(db: Database, { before, after }: EntryFilter, more: boolean, highest: StoredEntry | undefined): number {
  if (after !== undefined && more && highest !== undefined) return highest.id;
  const last = db.first<{ id: number | null }>("SELECT max(id) AS id FROM entries")?.id ?? 0;
  return before === undefined ? last : Math.min(last, Math.max(0, before - 1));
}

/** One entry, whole, or `undefined`. */
export function findEntry(db: Database, id: number): StoredEntry | undefined {
  const row = db.first<Row>(`SELECT ${META}, entry FROM entries WHERE id = ?`, [id]);
  return row && parsed(row);
}

/** How many entries there are. */
export function countEntries(db: Database): number {
  return db.first<{ n: number }>("SELECT count(*) AS n FROM entries")?.n ?? 0;
}

const SUMMARY = `id, name, source, entries, errors, last_step AS lastStep, first_at AS firstAt, last_at AS lastAt, outcome, duration_ms AS durationMs`;

/** The flows that moved last. */
export function listFlows(db: Database, limit: number): FlowSummary[] {
  return db.all<FlowSummary>(`SELECT ${SUMMARY} FROM flows ORDER BY last_entry DESC LIMIT ?`, [limit]);
}

/** One flow with its entries, or `undefined`. The branch that began the flow comes first. */
export function findFlow(db: Database, id: string): FlowAnswer | undefined {
  const flow = db.first<FlowSummary>(`SELECT ${SUMMARY} FROM flows WHERE id = ?`, [id]);
  if (flow === undefined) return undefined;
  const rows = db.all<Row>(
    `SELECT ${LISTED} FROM entries WHERE flow_id = ?
     ORDER BY flow_branch IS NOT NULL, flow_branch, step_index, instance, seq, id LIMIT ?`,
    [id, FLOW_ENTRIES_MAX + 1],
  );
  return { flow, entries: rows.slice(0, FLOW_ENTRIES_MAX).map(parsed), more: rows.length > FLOW_ENTRIES_MAX };
}

function parsed(row: Row): StoredEntry {
  return { ...row, entry: row.entry === null ? null : (JSON.parse(row.entry) as StoredEntry["entry"]) };
}
