/**
 * Owns: which sequence numbers of a logger instance are absent, as ranges.
 * Why it remembers: the page asks every second for all accounts, and a walk over all entries of a busy instance each time
 * would block the intake. A walk goes on where the last one ended, unless something arrived below that.
 * Invariant: what is remembered is bounded, and is used only where the counts prove that it still holds.
 * Tested in: tests/collector/gaps.test.ts.
 */
import { GAPS_MAX, WALKS_MAX } from "../limits.js";
import type { Database } from "./database.js";

/** One range, both ends included. */
type Range = readonly [first: number, last: number];

/** What a walk found: the absent ranges below `last`, the highest number stored, and how many are stored up to it. */
interface Walk {
  readonly last: number;
  readonly stored: number;
  /** At most one more than is ever listed. */
  readonly ranges: readonly Range[];
}

const START: Walk = { last: 0, stored: 0, ranges: [] };
const walks = new WeakMap<Database, Map<string, Walk>>();

/**
 * The absent numbers of an instance up to `horizon`, one range more than is ever listed. `stored` is how many of its
 * numbers are stored.
 */
export function absentRanges(db: Database, instance: string, stored: number, horizon: number): Range[] {
  const walk = walked(db, instance, stored);
  return walk.last < horizon ? [...walk.ranges, [walk.last + 1, horizon]] : [...walk.ranges];
}

function walked(db: Database, instance: string, stored: number): Walk {
  const known = walks.get(db) ?? new Map<string, Walk>();
  walks.set(db, known);
  const before = known.get(instance) ?? START;
  if (before.stored === stored) return before;
  const further = goOn(db, instance, before);
  // Where the sum does not come out, something arrived below the end of the last walk.
  const walk = further.stored === stored ? further : goOn(db, instance, START);
  known.delete(instance);
  known.set(instance, walk);
  for (const oldest of known.keys()) {
    if (known.size <= WALKS_MAX) break;
    known.delete(oldest);
  }
  return walk;
}

// Sequence numbers begin at 1. The walk is over stored rows, never over numbers: a client may claim any number.
const HOW_FAR = "SELECT count(*) AS stored, max(seq) AS last FROM entries WHERE instance = ? AND seq > ?";
const GAPS = `WITH numbers (seq, previous) AS (
    SELECT seq, lag(seq, 1, ?2) OVER (ORDER BY seq) FROM entries WHERE instance = ?1 AND seq > ?2
  )
  SELECT previous + 1 AS first, seq - 1 AS last FROM numbers WHERE seq > previous + 1 ORDER BY seq LIMIT ?3`;

function goOn(db: Database, instance: string, from: Walk): Walk {
  const { stored, last } = db.first<{ stored: number; last: number | null }>(HOW_FAR, [instance, from.last]) ?? { stored: 0, last: null };
  const room = GAPS_MAX + 1 - from.ranges.length;
  const found = room > 0 && last !== null ? db.all<{ first: number; last: number }>(GAPS, [instance, from.last, room]) : [];
  const ranges = [...from.ranges, ...found.map((range): Range => [range.first, range.last])];
  return { last: last ?? from.last, stored: from.stored + stored, ranges };
}
