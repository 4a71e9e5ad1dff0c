/**
 * Owns: which sequence numbers of a logger instance were ever stored, as inclusive ranges.
 * Why ranges and not the entries themselves: they outlive retention, so an expired entry is neither stored again when it is
 * sent again nor called missing; and a healthy instance has one, so looking for gaps costs nothing.
 * Invariants: ranges of an instance neither overlap nor touch; there are at most RANGES_MAX of an instance: past that the
 * lowest are forgotten, and `instances.seqs_from` says below which number nothing is known any more.
 * Tested in: tests/collector/seqs.test.ts and gaps.test.ts.
 */
import { GAPS_MAX, RANGES_MAX } from "../limits.js";
import type { Database } from "./database.js";

/** One range, both ends included. */
export type Range = readonly [first: number, last: number];

interface Row {
  readonly first: number;
  readonly last: number;
}

/** The ranges that hold or touch one of the numbers from `min` to `max`. */
const NEAR = `SELECT first, last FROM seqs WHERE instance = ?1 AND first <= ?3 + 1 AND last >= ?2 - 1
  AND first >= coalesce((SELECT max(first) FROM seqs WHERE instance = ?1 AND first < ?2), 0) ORDER BY first`;
const PUT = "INSERT INTO seqs (instance, first, last) VALUES (?, ?, ?) ON CONFLICT (instance, first) DO UPDATE SET last = excluded.last";
const REMOVE = "DELETE FROM seqs WHERE instance = ? AND first = ?";

/** What became of a batch's numbers. */
export interface Added {
  /** Those that were not there. */
  readonly fresh: ReadonlySet<number>;
  /** How many ranges there are more, or fewer. */
  readonly ranges: number;
}

/** Adds numbers of an instance; duplicates among them count once. */
export function addSeqs(db: Database, instance: string, numbers: readonly number[]): Added {
  if (numbers.length === 0) return { fresh: new Set(), ranges: 0 };
  const sorted = Float64Array.from(numbers).sort();
  const near = db.all<Row>(NEAR, [instance, sorted[0] ?? 0, sorted.at(-1) ?? 0]);
  const fresh = new Set<number>();
  let at = 0;
  for (const number of sorted) {
    while (at < near.length && (near[at] as Row).last < number) at += 1;
    const range = near[at];
    if (range === undefined || number < range.first) fresh.add(number);
  }
  if (fresh.size === 0) return { fresh, ranges: 0 };
  const joined = join([...near.map((row): Range => [row.first, row.last]), ...[...fresh].map((n): Range => [n, n])]);
  const before = new Map(near.map((row) => [row.first, row.last]));
  for (const [first, last] of joined) {
    if (before.get(first) !== last) db.run(PUT, [instance, first, last]);
    before.delete(first);
  }
  for (const first of before.keys()) db.run(REMOVE, [instance, first]);
  return { fresh, ranges: joined.length - near.length };
}

/** The same numbers in as few ranges as there can be. */
function join(ranges: readonly Range[]): Range[] {
  const joined: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const end = joined.at(-1);
    if (end !== undefined && first <= end[1] + 1) end[1] = Math.max(end[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** Forgets the lowest ranges of an instance that has too many. */
export function boundSeqs(db: Database, instance: string): void {
  const over = (db.first<{ ranges: number }>("SELECT ranges FROM instances WHERE instance = ?", [instance])?.ranges ?? 0) - RANGES_MAX;
  if (over <= 0) return;
  // Some more than must be, so that this is not done for every batch.
  const count = over + Math.ceil(RANGES_MAX / 10);
  const lowest = db.all<Row>("SELECT first, last FROM seqs WHERE instance = ? ORDER BY first LIMIT ?", [instance, count]);
  const end = lowest.at(-1)?.last ?? 0;
  db.run("DELETE FROM seqs WHERE instance = ? AND first <= ?", [instance, end]);
  db.run("UPDATE instances SET ranges = ranges - ?, seqs_from = ? WHERE instance = ?", [lowest.length, end + 1, instance]);
}

/**
 * The absent numbers of an instance from `from` to `horizon`, one range more than is ever listed. Numbers begin at 1; what a
 * client claims beyond the last stored one is one range, however large.
 */
export function absentRanges(db: Database, instance: string, from: number, horizon: number): Range[] {
  const rows = db.all<Row>("SELECT first, last FROM seqs WHERE instance = ? AND last > 0 ORDER BY first LIMIT ?", [instance, GAPS_MAX + 2]);
  const absent: Range[] = [];
  let next = Math.max(1, from);
  for (const { first, last } of rows) {
    if (first > next) absent.push([next, first - 1]);
    next = last + 1;
  }
  if (rows.length < GAPS_MAX + 2 && next <= horizon) absent.push([next, horizon]);
  return absent.slice(0, GAPS_MAX + 1);
}
