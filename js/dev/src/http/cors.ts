/**
 * Owns: what pages of other origins may do with `/v1/logs` and `/v1/flows`, and with nothing else.
 * Invariants: no `*` anywhere, because beacons come with credentials and browsers then refuse it; cookies are ignored.
 * Tested in: tests/collector/cors.test.ts.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendEmpty } from "./respond.js";

/** How long a browser may remember the preflight's answer, in seconds. */
const MAX_AGE_SECONDS = "600";

/** Lets the page that sent the request read the answer. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Vary", "Origin");
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Allow-Credentials", "true");
  response.setHeader("Access-Control-Expose-Headers", "Retry-After");
}

/** Answers a preflight. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  allowOrigin(request, response);
  response.setHeader("Access-Control-Allow-Methods", "POST");
  response.setHeader("Access-Control-Allow-Headers", "content-type, content-encoding, x-api-key, authorization");
  response.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
  sendEmpty(response, 204);
}
