/**
 * What is said of an event: context, request id, country, and the entry at the end of a request.
 *
 * Owns: the reading of requests. Invariants: what comes from outside is bounded by the core as any other value; no query leaves; a
 * request that cannot be read hurts nothing. Tested in `tests/runtimes/workers.test.ts`.
 */

import { ERROR, INFO, WARN } from "../levels.js";
import type { RootLogger } from "../root.js";
import { FIELD_COUNTRY, FIELD_REQUEST_ID } from "../protocol.js";
import { bareUrl, read } from "../safe.js";
import { setText } from "../shared.js";

/** So much of a path or an id is kept, in UTF-16 units. */
const TEXT_MAX = 1000;

const header = (request: Request, name: string): string | undefined => request.headers.get(name)?.slice(0, TEXT_MAX) || undefined;

/** The path of an address: no origin, no query. */
function pathOf(url: string): string {
  return bareUrl(url).replace(/^[a-z]+:\/\/[^/]*/i, "").slice(0, TEXT_MAX) || "/";
}

/** Tells a logger which request its entries belong to; method and path, for the entry at its end. */
export function describeRequest(log: RootLogger, request: Request): string {
  const cf = Object(read(request, "cf")) as { colo?: unknown; country?: unknown };
  const ray = header(request, "cf-ray");
  const { method } = request;
  const path = pathOf(request.url);
  const country = cf.country ?? header(request, "cf-ipcountry");
  log.setContext({ http: { method, path }, cf: { ray, colo: cf.colo, country } });
  setText(log, FIELD_REQUEST_ID, ray ?? header(request, "x-request-id") ?? crypto.randomUUID());
  if (country) setText(log, FIELD_COUNTRY, country);
  return `${method} ${path}`;
}

/** The entry at the end of a request; of what was thrown there is one already. */
export function logRequest(log: RootLogger, what: string, status: number, durationMs: number): void {
  const severity = status >= 500 ? ERROR : status >= 400 ? WARN : INFO;
  log.setContext({ http: { status, durationMs } });
  if (log._min <= severity) log._log(severity, `${what} ${status}`, undefined, undefined);
}

/** What is said of an event that is no request, by the name of its handler. */
export function contextOf(kind: string, event: unknown): object {
  const given = Object(event) as object;
  const list = read(given, "messages");
  return {
    event: {
      kind,
      cron: read(given, "cron"),
      scheduledTime: read(given, "scheduledTime"),
      queue: read(given, "queue"),
      messages: Array.isArray(list) ? list.length : undefined,
      rawSize: read(given, "rawSize"),
      traces: Array.isArray(event) ? event.length : undefined,
      retryCount: read(given, "retryCount"),
    },
  };
}
