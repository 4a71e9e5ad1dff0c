/**
 * Owns: the read API: parameters with their bounds, and which query answers which path.
 * Does not own: the queries (store/) or who may ask (router.ts checks the host).
 * Invariant: no CORS header, so pages of other origins cannot read an answer; a wrong parameter is a 400, never ignored.
 * Tested in: tests/collector/read.test.ts.
 */
import type { EntriesAnswer, FlowAnswer, FlowsAnswer, InstancesAnswer, StoredEntry } from "../api-types.js";
import { severityOf } from "../levels.js";
import { LIST_DEFAULT, LIST_MAX, PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAX, QUERY_CHARS_MAX } from "../limits.js";
import type { Database } from "../store/database.js";
import { listLedgers } from "../store/ledger.js";
import { countEntries, findEntry, findFlow, listEntries, listFlows } from "../store/queries.js";
import { VERSION } from "../version.js";

/** A request that is answered with `status` and its message. */
export class ApiError extends Error {
  constructor(
    readonly status: 400 | 404,
    message: string,
  ) {
    super(message);
  }
}

/** `GET /health`. */
export interface HealthAnswer {
  readonly status: "ok";
  readonly version: string;
  readonly entries: number;
}

type Answer = EntriesAnswer | StoredEntry | FlowsAnswer | FlowAnswer | InstancesAnswer | HealthAnswer;

/** The answer for a path, or `undefined` where the path is none of the API's. Throws `ApiError`. */
export function readApi(db: Database, url: URL): Answer | undefined {
  const [, first, second, id, ...rest] = url.pathname.split("/");
  if (rest.length > 0) return undefined;
  if (first === "health" && second === undefined) return { status: "ok", version: VERSION, entries: countEntries(db) };
  if (first !== "api") return undefined;
  const { searchParams } = url;
  switch (id === undefined ? second : `${second}/`) {
    case "entries":
      return entries(db, searchParams);
    case "entries/":
      return findEntry(db, whole("id", id ?? "", Number.MAX_SAFE_INTEGER)) ?? notFound("entry");
    case "flows":
      return { flows: listFlows(db, limit(searchParams, LIST_DEFAULT, LIST_MAX)) };
    case "flows/":
      return findFlow(db, decoded(id ?? "")) ?? notFound("flow");
    case "instances":
      return { instances: listLedgers(db, limit(searchParams, LIST_DEFAULT, LIST_MAX)) };
    default:
      return undefined;
  }
}

function entries(db: Database, parameters: URLSearchParams): EntriesAnswer {
  const text = parameters.get("q") ?? "";
  if (text.length > QUERY_CHARS_MAX) throw new ApiError(400, `q may have at most ${QUERY_CHARS_MAX} characters.`);
  return listEntries(db, {
    limit: limit(parameters, PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAX),
    before: cursor(parameters, "before"),
    after: cursor(parameters, "after"),
    severity: severity(parameters.get("level")),
    flow: parameters.get("flow") ?? undefined,
    text: text === "" ? undefined : text,
  });
}

function severity(level: string | null): number | undefined {
  if (level === null) return undefined;
  const number = severityOf(level);
  if (number === undefined) throw new ApiError(400, "level is none of the six levels.");
  return number;
}

function limit(parameters: URLSearchParams, usual: number, max: number): number {
  const value = parameters.get("limit");
  return value === null ? usual : Math.max(1, whole("limit", value, max));
}

function cursor(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name);
  return value === null ? undefined : whole(name, value, Number.MAX_SAFE_INTEGER);
}

function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value > max) throw new ApiError(400, `${name} must be a whole number from 0 to ${max}.`);
  return value;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(400, "The path is not valid percent-encoding.");
  }
}

function notFound(what: string): never {
  throw new ApiError(404, `There is no such ${what}.`);
}
