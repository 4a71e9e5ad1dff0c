/**
 * Owns: from a filter to the SQL that finds its entries, newest or oldest first.
 * How: one condition drives (the full-text search, or the index of the column that usually has the fewest rows for a value);
 * the others are only looked at (`+column` keeps SQLite from choosing their index, which without statistics it does blindly).
 * All of these deliver rows in the order of their ids, so a page of a long list costs a page; only those of one flow are sorted.
 * Invariant: what the user typed reaches SQL as a parameter, and the full-text query inside quotes.
 * Tested in: tests/collector/filter.test.ts and search.test.ts.
 */
import type { Filter } from "../filter.js";
import { WARN_SEVERITY } from "../levels.js";
import type { Database, Parameter } from "./database.js";
import { tableOf, type TextPart } from "./text.js";

/** What follows `SELECT … `: the sources (`entries e` among them) and the conditions. */
export interface Where {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly parameters: readonly Parameter[];
  /** The column of the ids in the order of which rows come. */
  readonly id: string;
}

/** Columns in the order in which they drive. */
const EQUAL = [
  ["user", "user_id"],
  ["session", "session_id"],
  ["flow", "flow_id"],
  ["instance", "instance"],
  ["source", "source"],
  ["environment", "environment"],
] as const;

/** The pieces of a query for a filter; one that searches text looks at one part of the index. */
export function whereOf(db: Database, filter: Filter, part: TextPart | null): Where {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  let from = "entries e";
  let id = "e.id";
  let driven = false;
  const add = (condition: string, ...values: Parameter[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (filter.q !== undefined && part !== null) {
    const table = tableOf(part);
    from = `${table} JOIN entries e ON e.id = ${table}.rowid`;
    id = `${table}.rowid`;
    driven = true;
    add(`${table} MATCH ?`, matchQuery(filter.q));
  }
  if (filter.tag !== undefined) {
    if (driven) add("EXISTS (SELECT 1 FROM entry_tags WHERE tag = ? AND entry = e.id)", filter.tag);
    else {
      from = "entry_tags JOIN entries e ON e.id = entry_tags.entry";
      id = "entry_tags.entry";
      driven = true;
      add("entry_tags.tag = ?", filter.tag);
    }
  }
  for (const [name, column] of EQUAL) {
    const value = filter[name];
    if (value === undefined) continue;
    const by = name === "flow" && !isFlowId(db, value) ? "flow_name" : column;
    add(`${driven ? "+" : ""}e.${by} = ?`, value);
    driven = true;
  }
  if (filter.severity !== undefined) {
    // Two conditions: the first is the very one of the partial index.
    if (!driven && filter.severity >= WARN_SEVERITY) {
      from = "entries e INDEXED BY entries_that_warn";
      add(`e.severity >= ${WARN_SEVERITY}`);
    }
    add("+e.severity >= ?", filter.severity);
  }
  if (filter.from !== undefined) add("e.timestamp >= ?", filter.from);
  if (filter.to !== undefined) add("e.timestamp <= ?", filter.to);
  return { from, conditions, parameters, id };
}

/** Is this the id of a flow of which entries are stored? Otherwise it is taken for a name. */
function isFlowId(db: Database, text: string): boolean {
  return db.first("SELECT 1 FROM flows WHERE id = ?", [text]) !== undefined;
}

/**
 * A full-text query that holds each word of the text, the last one as a beginning. Every word is a quoted string, in which
 * nothing but the quote has a meaning.
 *
 * @example matchQuery('time"out or') // '"time""out" "or"*'
 */
export function matchQuery(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.map((word) => `"${word.replaceAll("\0", " ").replaceAll('"', '""')}"`).join(" ") + (words.length > 0 ? "*" : '""');
}
