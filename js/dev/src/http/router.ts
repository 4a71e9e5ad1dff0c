/**
 * Owns: which request goes where, and the answers of those that go nowhere.
 * Invariants: every request gets one answer or its connection ends; nothing a request holds makes the process fail; all but
 * the intake is answered only under a host name that is ours.
 * Tested in: tests/collector/intake.test.ts, read.test.ts and host.test.ts.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { takeFlow } from "../intake/flows.js";
import { takeLogs, type IntakeContext } from "../intake/intake.js";
import { readApi, type ReadContext } from "./api.js";
import { allowOrigin, answerPreflight } from "./cors.js";
import type { HostCheck } from "./host.js";
import { sendExport } from "./export.js";
import type { Page } from "./page.js";
import { ApiError, cursor, filterOf } from "./parameters.js";
import { sendJson } from "./respond.js";
import type { StreamHub } from "./stream.js";

/** What the router works with. */
export interface RouterContext extends IntakeContext, ReadContext {
  readonly streams: StreamHub;
  readonly isOurHost: HostCheck;
  readonly page: Page;
}

/** Handles one request. Never rejects. */
export async function route(context: RouterContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // The client may go away at any moment; that is its right and no fault of ours.
  response.on("error", () => {});
  try {
    const url = urlOf(request);
    if (url === null) sendJson(response, 400, { error: "The request's address is not valid." });
    else if (url.pathname === "/v1/logs") await routeIntake(context, request, response, url);
    else if (url.pathname === "/v1/flows") await routeFlows(context, request, response);
    else await routeRead(context, request, response, url);
  } catch (error) {
    process.stderr.write(`sapwood-dev: a request failed: ${error instanceof Error ? (error.stack ?? error.message) : "unknown error"}\n`);
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: "The collector failed on this request; its terminal says why." });
  }
}

async function routeIntake(context: RouterContext, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  if (request.method === "POST") return takeLogs(context, request, response, url);
  if (request.method === "OPTIONS") return answerPreflight(request, response);
  allowOrigin(request, response);
  response.setHeader("Allow", "POST, OPTIONS");
  sendJson(response, 405, { error: "Logs are sent with POST." });
}

async function routeFlows({ hasKey }: RouterContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "POST") return takeFlow(hasKey, request, response);
  if (request.method === "OPTIONS") return answerPreflight(request, response);
  allowOrigin(request, response);
  response.setHeader("Allow", "POST, OPTIONS");
  sendJson(response, 405, { error: "A flow is asked for with POST." });
}

async function routeRead(context: RouterContext, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  if (!context.isOurHost(request.headers.host)) {
    sendJson(response, 403, { error: "This address is only answered under a name of this machine." });
    return;
  }
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  const reads = request.method === "GET" || request.method === "HEAD";
  if (reads && context.page(response, url.pathname)) return;
  const goesOn = url.pathname === "/api/stream" || url.pathname === "/api/export";
  try {
    const answer = goesOn ? null : readApi(context, url);
    if (answer === undefined) {
      sendJson(response, 404, { error: "There is nothing at this address." });
    } else if (answer === null ? request.method !== "GET" : !reads) {
      response.setHeader("Allow", answer === null ? "GET" : "GET, HEAD");
      sendJson(response, 405, { error: "This address is only read." });
    } else if (answer !== null) {
      sendJson(response, 200, answer);
    } else {
      await goOn(context, request, response, url);
    }
  } catch (error) {
    if (!(error instanceof ApiError) || response.headersSent) throw error;
    sendJson(response, error.status, { error: error.message });
  }
}

async function goOn({ db, streams }: RouterContext, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  if (url.pathname === "/api/export") return sendExport(db, response, filterOf(url.searchParams, []));
  const filter = filterOf(url.searchParams, ["after"]);
  // The browser repeats the address as it was; what it has seen since then stands in the header.
  const last = request.headers["last-event-id"];
  const seen = typeof last === "string" && last !== "" ? new URLSearchParams({ after: last }) : url.searchParams;
  const after = cursor(seen, "after");
  if (streams.isFull) throw new ApiError(503, "Too many streams are open.");
  streams.add(response, filter, after);
}

function urlOf(request: IncomingMessage): URL | null {
  // A request line may hold "//" or a whole address; the base only serves to parse a path.
  const target = request.url ?? "";
  if (!target.startsWith("/")) return null;
  try {
    return new URL(`http://collector${target}`);
  } catch {
    return null;
  }
}
