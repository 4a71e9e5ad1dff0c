/**
 * Owns: the read API's answers that are one JSON value: which query answers which path, with which parameters.
 * Does not own: the queries (store/), answers that go on (stream.ts, export.ts), or who may ask (router.ts checks the host).
 * Invariant: no CORS header, so pages of other origins cannot read an answer; a wrong parameter is a 400, never ignored.
 * Tested in: tests/collector/read.test.ts and facets.test.ts.
 */
import type { EntriesAnswer, FacetsAnswer, FlowAnswer, FlowsAnswer, FlowStatus, InstancesAnswer, Ledger, StatusAnswer, StoredEntry } from "../api-types.js";
import { LIST_DEFAULT, LIST_MAX, PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAX, QUERY_CHARS_MAX } from "../limits.js";
import type { Database } from "../store/database.js";
import { readFacets } from "../store/facets.js";
import { findFlow, listFlows } from "../store/flows.js";
import { findLedger, listLedgers } from "../store/ledger.js";
import { findEntry, listEntries } from "../store/queries.js";
import { VERSION } from "../version.js";
import { ApiError, cursor, decoded, filterOf, limit, only, whole } from "./parameters.js";

/** What the read API works with. */
export interface ReadContext {
  readonly db: Database;
  /** What `GET /api/status` says. */
  readonly status: () => StatusAnswer;
}

/** `GET /health`. */
export interface HealthAnswer {
  readonly status: "ok";
  readonly version: string;
  readonly entries: number;
}

type Answer = EntriesAnswer | StoredEntry | FlowsAnswer | FlowAnswer | InstancesAnswer | Ledger | FacetsAnswer | StatusAnswer | HealthAnswer;

/** The answer for a path, or `undefined` where the path is none of these. Throws `ApiError`. */
export function readApi({ db, status }: ReadContext, url: URL): Answer | undefined {
  const [, first, second, id, ...rest] = url.pathname.split("/");
  if (rest.length > 0) return undefined;
  if (first === "health" && second === undefined) return { status: "ok", version: VERSION, entries: status().entries };
  if (first !== "api") return undefined;
  const { searchParams } = url;
  switch (id === undefined ? second : `${second}/`) {
    case "entries":
      return entries(db, searchParams);
    case "entries/":
      return findEntry(db, whole("id", id ?? "", Number.MAX_SAFE_INTEGER)) ?? notFound("entry");
    case "flows":
      return flows(db, searchParams);
    case "flows/":
      return findFlow(db, decoded(id ?? "")) ?? notFound("flow");
    case "instances":
      only(searchParams, ["limit"]);
      return { instances: listLedgers(db, limit(searchParams, LIST_DEFAULT, LIST_MAX)) };
    case "instances/":
      return findLedger(db, decoded(id ?? "")) ?? notFound("instance");
    case "facets":
      only(searchParams, []);
      return readFacets(db);
    case "status":
      only(searchParams, []);
      return status();
    default:
      return undefined;
  }
}

function entries(db: Database, parameters: URLSearchParams): EntriesAnswer {
  return listEntries(db, {
    filter: filterOf(parameters, ["limit", "before", "after"]),
    limit: limit(parameters, PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAX),
    before: cursor(parameters, "before"),
    after: cursor(parameters, "after"),
  });
}

const STATUSES: readonly string[] = ["open", "ok", "failed", "abandoned"] satisfies readonly FlowStatus[];

function flows(db: Database, parameters: URLSearchParams): FlowsAnswer {
  only(parameters, ["limit", "before", "status", "q", "source"]);
  const status = parameters.get("status");
  if (status !== null && !STATUSES.includes(status)) throw new ApiError(400, `status is one of ${STATUSES.join(", ")}.`);
  const q = parameters.get("q") ?? "";
  if (q.length > QUERY_CHARS_MAX) throw new ApiError(400, `q may have at most ${QUERY_CHARS_MAX} characters.`);
  return listFlows(db, {
    limit: limit(parameters, LIST_DEFAULT, LIST_MAX),
    before: cursor(parameters, "before"),
    status: (status ?? undefined) as FlowStatus | undefined,
    q: q.trim() === "" ? undefined : q.trim(),
    source: parameters.get("source") ?? undefined,
  });
}

function notFound(what: string): never {
  throw new ApiError(404, `There is no such ${what}.`);
}
