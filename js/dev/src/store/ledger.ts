/**
 * Owns: the account of each logger instance: what it accepted, against what is stored, dropped, missing or still on its side.
 * The sum: accepted = stored + Σ dropped + missing + waiting, as far as the client has told.
 * Does not own: which numbers are absent (seqs.ts).
 * What retention has removed still counts as stored: `expired` says how much of it that is.
 * Drops carry counts and no sequence numbers, so absent numbers and drops are compared as counts.
 * Tested in: tests/collector/gaps.test.ts.
 */
import type { Ledger } from "../api-types.js";
import { DROP_REASONS_MAX, GAPS_MAX } from "../limits.js";
import type { Database } from "./database.js";
import { absentRanges } from "./seqs.js";

interface Row {
  readonly instance: string;
  readonly source: string | null;
  readonly environment: string | null;
  readonly core: string | null;
  readonly sdk: string | null;
  readonly resource: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly accepted: number | null;
  readonly lastSeq: number;
  readonly stored: number;
  readonly expired: number;
  readonly received: number;
  readonly duplicates: number;
  readonly batches: number;
  readonly unconfirmed: number | null;
  readonly confirmed: number;
  readonly seqsFrom: number;
  readonly final: string | null;
}

const COLUMNS = `instance, source, environment, core, sdk, resource, first_seen AS firstSeen, last_seen AS lastSeen, accepted,
  last_seq AS lastSeq, stored, expired, received, duplicates, batches, unconfirmed, confirmed, seqs_from AS seqsFrom, final`;

/** The logger instances heard last. */
export function listLedgers(db: Database, limit: number): Ledger[] {
  return db.all<Row>(`SELECT ${COLUMNS} FROM instances ORDER BY last_seen DESC, instance LIMIT ?`, [limit]).map((row) => ledgerOf(db, row));
}

/** The account of one instance, or `undefined`. */
export function findLedger(db: Database, instance: string): Ledger | undefined {
  const row = db.first<Row>(`SELECT ${COLUMNS} FROM instances WHERE instance = ?`, [instance]);
  return row && ledgerOf(db, row);
}

function ledgerOf(db: Database, { seqsFrom, ...row }: Row): Ledger {
  const dropped = droppedBy(db, row.instance);
  const droppedSum = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  // A closed logger sends nothing more: all it accepted should be here. Others may still hold what follows `lastSeq`.
  const horizon = row.final === "close" ? Math.max(row.lastSeq, row.accepted ?? 0) : row.lastSeq;
  const missing = Math.max(0, horizon - row.stored - droppedSum);
  const outstanding = Math.max(0, (row.accepted ?? 0) - row.stored - droppedSum);
  const ranges = missing === 0 ? [] : absentRanges(db, row.instance, seqsFrom, horizon);
  const resource = parsed(row.resource);
  return {
    ...row,
    sdk: parsed(row.sdk),
    resource,
    userAgent: userAgentOf(resource),
    dropped,
    missing,
    gaps: ranges.slice(0, GAPS_MAX),
    moreGaps: ranges.length > GAPS_MAX,
    waiting: Math.max(0, outstanding - missing),
  };
}

function droppedBy(db: Database, instance: string): Record<string, number> {
  const sql = "SELECT reason, count FROM drops WHERE instance = ? AND count > 0 ORDER BY reason LIMIT ?";
  const rows = db.all<{ reason: string; count: number }>(sql, [instance, DROP_REASONS_MAX]);
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}

function parsed(json: string | null): unknown {
  return json === null ? null : (JSON.parse(json) as unknown);
}

function userAgentOf(resource: unknown): string | null {
  if (typeof resource !== "object" || resource === null || !Object.hasOwn(resource, "userAgent")) return null;
  const { userAgent } = resource as { userAgent?: unknown };
  return typeof userAgent === "string" ? userAgent : null;
}
