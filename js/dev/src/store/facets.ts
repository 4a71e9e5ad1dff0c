/**
 * Owns: reading the values that one can filter by, and how often they occur.
 * Does not own: counting them (rows.ts, retention.ts).
 * Invariant: the work is bounded by the number of values listed, not by the number stored.
 * Tested in: tests/collector/facets.test.ts.
 */
import type { FacetCount, FacetsAnswer } from "../api-types.js";
import { LEVELS } from "../levels.js";
import type { Database } from "./database.js";

const TOP = "SELECT value, count FROM facets WHERE kind = ? AND count > 0 ORDER BY count DESC LIMIT ?";

/** The most frequent values. */
export function readFacets(db: Database): FacetsAnswer {
  const top = (kind: string, limit: number): FacetCount[] => db.all<FacetCount>(TOP, [kind, limit]);
  const levels = new Map(top("level", LEVELS.length).map(({ value, count }) => [value, count]));
  return {
    levels: Object.fromEntries(LEVELS.map((level) => [level, levels.get(level) ?? 0])),
    sources: top("source", 50),
    environments: top("environment", 50),
    tags: top("tag", 50),
    users: top("user", 20),
    sessions: top("session", 20),
  };
}
