/**
 * Owns: removing the oldest entries with their rows and sums, and then the batches, instances and counts that are older than all that is left.
 * Does not own: when and how many (retention.ts).
 * Invariants: runs inside a transaction; what it does is bounded by `limit`; an instance goes only when none of its entries is left.
 * Tested in: tests/collector/retention.test.ts.
 */
import { SWEPT_INSTANCES_MAX } from "../limits.js";
import type { Database } from "./database.js";
import { FacetCounts, isError, isWarning } from "./rows.js";
import { dropTextBefore } from "./text.js";
import type { Totals } from "./totals.js";

interface Old {
  readonly id: number;
  readonly instance: string | null;
  readonly seq: number | null;
  readonly receivedAt: number;
  readonly level: string;
  readonly severity: number;
  readonly source: string | null;
  readonly environment: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly flowId: string | null;
  readonly tags: string | null;
}

const OLDEST = `SELECT id, instance, seq, received_at AS receivedAt, level, severity, source, environment, user_id AS userId,
  session_id AS sessionId, flow_id AS flowId, tags FROM entries ORDER BY id LIMIT ?`;

/** Removes at most `limit` entries that arrived before `until`; returns how many. */
export function removeOldest(db: Database, totals: Totals, until: number, limit: number): number {
  const found = db.all<Old>(OLDEST, [limit]);
  const end = found.findIndex((row) => row.receivedAt >= until);
  const old = end === -1 ? found : found.slice(0, end);
  const first = old[0];
  const last = old.at(-1);
  if (first === undefined || last === undefined) return 0;
  db.run("DELETE FROM entries WHERE id BETWEEN ? AND ?", [first.id, last.id]);
  dropTextBefore(db, last.id + 1);
  removeSums(db, old);
  totals.entries -= old.length;
  totals.expired += old.length;
  return old.length;
}

function removeSums(db: Database, old: readonly Old[]): void {
  const facets = new FacetCounts();
  const flows = new Map<string, { entries: number; errors: number; warnings: number }>();
  const instances = new Map<string, number>();
  for (const row of old) {
    const tags = row.tags === null ? [] : (JSON.parse(row.tags) as string[]);
    for (const tag of tags) db.run("DELETE FROM entry_tags WHERE tag = ? AND entry = ?", [tag, row.id]);
    facets.add({ level: row.level, userId: row.userId, sessionId: row.sessionId, tags }, row.source, row.environment);
    if (row.flowId !== null) {
      const flow = flows.get(row.flowId) ?? { entries: 0, errors: 0, warnings: 0 };
      flows.set(row.flowId, flow);
      flow.entries += 1;
      flow.errors += isError(row) ? 1 : 0;
      flow.warnings += isWarning(row) ? 1 : 0;
    }
    // As `stored` counts them: with a number, and not 0.
    if (row.instance !== null && row.seq !== null && row.seq > 0) instances.set(row.instance, (instances.get(row.instance) ?? 0) + 1);
  }
  facets.forEach((kind, value, count) => {
    const left = "UPDATE facets SET count = count - ? WHERE kind = ? AND value = ?";
    db.run(left, [count, kind, value]);
    db.run("DELETE FROM facets WHERE kind = ? AND value = ? AND count <= 0", [kind, value]);
  });
  for (const [id, flow] of flows) {
    const left = "UPDATE flows SET entries = entries - ?, errors = errors - ?, warnings = warnings - ? WHERE id = ?";
    db.run(left, [flow.entries, flow.errors, flow.warnings, id]);
    db.run("DELETE FROM flows WHERE id = ? AND entries <= 0", [id]);
  }
  for (const [instance, count] of instances) db.run("UPDATE instances SET expired = expired + ? WHERE instance = ?", [count, instance]);
}

/**
 * Removes batches and instances that were last heard of before `until` and before the oldest entry that is left: they hold up
 * nothing any more. Returns how many.
 */
export function sweep(db: Database, until: number, limit: number): number {
  const oldest = db.first<{ at: number }>("SELECT received_at AS at FROM entries ORDER BY id LIMIT 1")?.at ?? Infinity;
  const before = Math.min(until, oldest);
  return sweepBatches(db, before, limit) + sweepInstances(db, before);
}

function sweepBatches(db: Database, before: number, limit: number): number {
  const rows = db.all<{ n: number; at: number }>("SELECT n, received_at AS at FROM batches ORDER BY n LIMIT ?", [limit]);
  const end = rows.findIndex((row) => row.at >= before);
  const last = (end === -1 ? rows : rows.slice(0, end)).at(-1);
  return last === undefined ? 0 : db.run("DELETE FROM batches WHERE n <= ?", [last.n]);
}

const SILENT = `SELECT instance FROM instances AS i WHERE last_seen < ?
  AND NOT EXISTS (SELECT 1 FROM entries WHERE instance = i.instance) ORDER BY last_seen LIMIT ?`;

function sweepInstances(db: Database, before: number): number {
  // Infinity is no number of SQL's; no time is later than this one.
  const rows = db.all<{ instance: string }>(SILENT, [Math.min(before, Number.MAX_SAFE_INTEGER), SWEPT_INSTANCES_MAX]);
  for (const { instance } of rows) {
    for (const table of ["seqs", "drops", "instances"]) db.run(`DELETE FROM ${table} WHERE instance = ?`, [instance]);
  }
  return rows.length;
}
