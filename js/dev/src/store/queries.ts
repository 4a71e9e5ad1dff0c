/**
 * Owns: reading entries: pages of a list, one alone, the way through all of them, how many match.
 * Does not own: flows (flows.ts), the accounts of logger instances (ledger.ts); bounds of what may be asked for (http/api.ts).
 * Invariant: every query has a LIMIT or looks at a bounded range of ids, and no list holds large entries.
 * Tested in: tests/collector/read.test.ts and filter.test.ts.
 */
import type { EntriesAnswer, StoredEntry } from "../api-types.js";
import type { Filter } from "../filter.js";
import { LISTED_ENTRY_BYTES_MAX } from "../limits.js";
import type { Database, Parameter } from "./database.js";
import { textParts, type TextPart } from "./text.js";
import { whereOf } from "./where.js";

/** Which page of a list is wanted. */
export interface EntryPage {
  readonly filter: Filter;
  readonly limit: number;
  /** Only entries that arrived before, or after, the one with this id. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

export type Row = Omit<StoredEntry, "entry" | "tags"> & { readonly entry: string | null; readonly tags: string | null };

const META = `e.id, e.instance, e.seq, e.batch_id AS batchId, e.timestamp, e.received_at AS receivedAt, e.level, e.message, e.source,
  e.environment, e.version, e.user_id AS userId, e.session_id AS sessionId, e.request_id AS requestId, e.trace_id AS traceId, e.tags,
  e.flow_id AS flowId, e.flow_name AS flowName, e.flow_branch AS flowBranch, e.step_index AS stepIndex, e.flow_outcome AS flowOutcome,
  e.error_name AS errorName, octet_length(e.entry) AS bytes`;

/** The columns of a {@link Row} of `entries e`, without large entries. */
export const LISTED = `${META}, CASE WHEN octet_length(e.entry) <= ${LISTED_ENTRY_BYTES_MAX} THEN e.entry END AS entry`;

/** Entries, newest first. With `after`, those that follow the cursor directly, so that a reader who asks on misses none. */
export function listEntries(db: Database, page: EntryPage): EntriesAnswer {
  const order = page.after === undefined ? "DESC" : "ASC";
  const rows = rowsOf<Row>(db, page, LISTED, order, page.limit + 1);
  const more = rows.length > page.limit;
  const entries = rows.slice(0, page.limit).map(parsed);
  if (order === "ASC") entries.reverse();
  return { entries, more, cursor: cursorOf(db, page, more, entries[0]) };
}

/** The newest entries with an id over `after` and up to `upTo`, oldest first. */
export function newestEntries(db: Database, filter: Filter, after: number, upTo: number, limit: number): StoredEntry[] {
  return rowsOf<Row>(db, { filter, after, before: upTo + 1 }, LISTED, "DESC", limit).map(parsed).reverse();
}

/** How many entries with an id over `after` and up to `upTo` match. The caller bounds the range. */
export function countMatching(db: Database, filter: Filter, after: number, upTo: number): number {
  let sum = 0;
  for (const part of partsOf(db, { filter, after, before: upTo + 1 })) {
    const { from, conditions, parameters, id } = whereOf(db, filter, part);
    const all = [...conditions, `${id} > ?`, `${id} <= ?`];
    sum += db.first<{ n: number }>(`SELECT count(*) AS n FROM ${from} WHERE ${all.join(" AND ")}`, [...parameters, after, upTo])?.n ?? 0;
  }
  return sum;
}

/** One stored entry as JSON text, for passing it on as it is. */
export interface RawEntry {
  readonly id: number;
  readonly receivedAt: number;
  readonly entry: string;
  /** What stands in the batch's header only; null where it is in the entry, or nowhere. */
  readonly source: string | null;
  readonly environment: string | null;
  readonly version: string | null;
}

const FROM_HEADER = ["source", "environment", "version"].map((name) => `CASE WHEN entry ->> '${name}' IS NULL THEN ${name} END AS ${name}`);
const RAW = `id, received_at AS receivedAt, entry, ${FROM_HEADER.join(", ")}`;

/** The next entries after an id, whole, oldest first: at most `limit`, and at most about `bytes` of them. */
export function nextRaw(db: Database, filter: Filter, after: number, limit: number, bytes: number): RawEntry[] {
  // On one state: were they removed between the two queries, it would look as if there were no more.
  return db.snapshot(() => {
    const sizes = rowsOf<{ id: number; size: number }>(db, { filter, after }, "e.id, octet_length(e.entry) AS size", "ASC", limit);
    let sum = 0;
    const ids = sizes.filter(({ size }, index) => index === 0 || (sum += size) < bytes).map(({ id }) => id);
    const marks = ids.map(() => "?").join(", ");
    return db.all<RawEntry>(`SELECT ${RAW} FROM entries WHERE id IN (${marks}) ORDER BY id`, ids);
  });
}

type Span = Omit<EntryPage, "limit">;

function rowsOf<Kind>(db: Database, span: Span, columns: string, order: "ASC" | "DESC", limit: number): Kind[] {
  // On one state: retention may drop a part of the text index between the list of parts and the search in one.
  return db.snapshot(() => rowsOfParts(db, span, columns, order, limit));
}

function rowsOfParts<Kind>(db: Database, span: Span, columns: string, order: "ASC" | "DESC", limit: number): Kind[] {
  const rows: Kind[] = [];
  const parts = partsOf(db, span);
  for (const part of order === "ASC" ? parts : parts.reverse()) {
    if (rows.length === limit) break;
    const { from, conditions, parameters, id } = whereOf(db, span.filter, part);
    const all = [...conditions];
    const values: Parameter[] = [...parameters];
    if (span.before !== undefined) all.push(`${id} < ?`), values.push(span.before);
    if (span.after !== undefined) all.push(`${id} > ?`), values.push(span.after);
    const where = all.length === 0 ? "" : `WHERE ${all.join(" AND ")}`;
    rows.push(...db.all<Kind>(`SELECT ${columns} FROM ${from} ${where} ORDER BY ${id} ${order} LIMIT ?`, [...values, limit - rows.length]));
  }
  return rows;
}

/** The parts of the full-text index that hold ids of the span, oldest first; without a search one query does, over none. */
function partsOf(db: Database, { filter, before, after }: Span): (TextPart | null)[] {
  if (filter.q === undefined) return [null];
  const all = textParts(db);
  return all.filter(({ first }, index) => {
    const next = all[index + 1]?.first ?? Infinity;
    return (before === undefined || first < before) && (after === undefined || next > after + 1);
  });
}

/** The highest id that a query looked at. Nothing was stored meanwhile: both queries run without letting go of the thread. */
function cursorOf(db: Database, { before, after }: EntryPage, more: boolean, highest: StoredEntry | undefined): number {
  if (after !== undefined && more && highest !== undefined) return highest.id;
  const last = lastEntry(db);
  return before === undefined ? last : Math.min(last, Math.max(0, before - 1));
}

function lastEntry(db: Database): number {
  return db.first<{ id: number }>("SELECT last_entry AS id FROM totals")?.id ?? 0;
}

/** One entry, whole, or `undefined`. */
export function findEntry(db: Database, id: number): StoredEntry | undefined {
  const row = db.first<Row>(`SELECT ${META}, e.entry FROM entries e WHERE id = ?`, [id]);
  return row && parsed(row);
}

/** A row with its JSON read. */
export function parsed(row: Row): StoredEntry {
  return {
    ...row,
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    entry: row.entry === null ? null : (JSON.parse(row.entry) as StoredEntry["entry"]),
  };
}
