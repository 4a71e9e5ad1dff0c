/**
 * Owns: the filters over stored entries: their names and values, the same in the read API, the page's address and on the
 * command line. All given ones must hold.
 * Does not own: how they are looked up (store/where.ts).
 * Invariants: a name that is none and a value that means nothing are refused with a sentence, never ignored; the sentence
 * does not repeat the value, so it can be shown as it is.
 * Tested in: tests/collector/filter.test.ts.
 */
import { severityOf } from "./levels.js";
import { FIELD, QUERY_CHARS_MAX } from "./limits.js";

/** Which entries are wanted. */
export interface Filter {
  /** At least this severity: `level=warn` is 13. */
  readonly severity?: number;
  /** Words that all occur in message, error name, source, tags, flow name or data; the last one may be a beginning. */
  readonly q?: string;
  readonly user?: string;
  readonly session?: string;
  readonly tag?: string;
  readonly source?: string;
  readonly environment?: string;
  /** The id of a flow, or the name of flows. */
  readonly flow?: string;
  /** A logger instance. */
  readonly instance?: string;
  /** Bounds of the client's time in Unix ms, both included. */
  readonly from?: number;
  readonly to?: number;
}

/** The names of the filters. */
export const FILTER_NAMES = ["level", "q", "user", "session", "tag", "source", "environment", "flow", "instance", "from", "to"] as const;

/** The name of a filter. */
export type FilterName = (typeof FILTER_NAMES)[number];

/** A filter cannot be read; the message is a sentence for the user. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

type Draft = { -readonly [Name in keyof Filter]: Filter[Name] };

/**
 * Reads names and values. Throws a {@link FilterError}. Names in `also` are the caller's own and are passed over.
 *
 * @example parseFilter(new URLSearchParams("level=warn&q=timeout")) // { severity: 13, q: "timeout" }
 */
export function parseFilter(parameters: Iterable<readonly [string, string]>, also: readonly string[] = []): Filter {
  const filter: Draft = {};
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    if (also.includes(name)) continue;
    if (!isFilterName(name)) throw new FilterError(`There is no such filter; there are ${FILTER_NAMES.join(", ")}.`);
    if (seen.has(name)) throw new FilterError(`${name} is given twice.`);
    seen.add(name);
    put(filter, name, value);
  }
  return filter;
}

/** Is this the name of a filter? */
export function isFilterName(name: string): name is FilterName {
  return (FILTER_NAMES as readonly string[]).includes(name);
}

function put(filter: Draft, name: FilterName, value: string): void {
  switch (name) {
    case "level":
      filter.severity = severityOf(value) ?? wrong("level is none of the six levels.");
      return;
    case "from":
    case "to":
      filter[name] = time(name, value);
      return;
    case "q":
      if (value.length > QUERY_CHARS_MAX) wrong(`q may have at most ${QUERY_CHARS_MAX} characters.`);
      // An empty search box searches nothing.
      if (value.trim() !== "") filter.q = value;
      return;
    default:
      if (value === "" || value.length > QUERY_CHARS_MAX) wrong(`${name} must have 1 to ${QUERY_CHARS_MAX} characters.`);
      filter[name] = value;
  }
}

function time(name: string, value: string): number {
  const number = Number(value);
  return /^\d{1,16}$/.test(value) && number <= FIELD.timestampMs ? number : wrong(`${name} must be a time in Unix milliseconds.`);
}

function wrong(sentence: string): never {
  throw new FilterError(sentence);
}
