/**
 * Owns: `POST /v1/logs`: from request to answer, in the order body → key → checks → store → answer → one line.
 * Does not own: any single step; each is a module beside this one.
 * Invariant: 200 is answered only after the store's transaction has ended, so what it counts is on disk.
 * Tested in: tests/collector/intake.test.ts.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http/body.js";
import { allowOrigin } from "../http/cors.js";
import { sendJson } from "../http/respond.js";
import { BODY_BYTES_MAX, DISCARD_BYTES_MAX, DISCARD_MS_MAX, ISSUES_MAX } from "../limits.js";
import type { Collection } from "../store/collection.js";
import type { BatchReport } from "../terminal.js";
import { readParts, type Parts } from "./body.js";
import { readEntry, type EntryRow } from "./entry.js";
import type { Issue } from "./fields.js";
import { readHeader } from "./header.js";
import type { KeyCheck } from "./key.js";

/** What the intake works with. */
export interface IntakeContext {
  readonly collection: Collection;
  readonly hasKey: KeyCheck;
  /** Told of every batch that was answered with 200 or 400, after the answer's content is settled. */
  readonly report: (report: BatchReport) => void;
}

/** Answers one POST. */
export async function takeLogs(context: IntakeContext, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  allowOrigin(request, response);
  const refusal = refusalByHead(request, url);
  const body = await readBody(request, { max: BODY_BYTES_MAX, discardBytes: DISCARD_BYTES_MAX, discardMs: DISCARD_MS_MAX });
  if (body.kind === "aborted") return;
  if (body.kind === "too_large") {
    if (!body.drained) response.setHeader("Connection", "close");
    sendJson(response, 413, { error: `A body may hold at most ${BODY_BYTES_MAX} bytes.` });
    return;
  }
  const parts: Parts | { status: number; error: string } = refusal ?? readParts(body.bytes);
  if (!context.hasKey(request.headers, "header" in parts ? parts.header : undefined)) {
    sendJson(response, 401, { error: "The key is missing or wrong." });
  } else if ("error" in parts) {
    sendJson(response, parts.status, { error: parts.error });
  } else {
    await answerParts(context, response, parts, isBeacon(request));
  }
}

/** What the request's head alone rules out. Answered after the body was read, so that the sender sees the answer. */
function refusalByHead(request: IncomingMessage, url: URL): { status: number; error: string } | null {
  if (url.searchParams.has("format")) return { status: 415, error: "Raw formats are not taken by this version; send JSON without ?format." };
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return { status: 415, error: "Content-Encoding is not taken; send the body as it is." };
  return null;
}

/** Only a beacon of bytes has no content type: a page's `fetch` names one. */
function isBeacon(request: IncomingMessage): boolean {
  return request.headers["content-type"] === undefined;
}

async function answerParts(context: IntakeContext, response: ServerResponse, parts: Parts, beacon: boolean): Promise<void> {
  const header = readHeader(parts.header);
  if ("length" in header) {
    sendJson(response, 400, { error: "The batch's header is faulty; nothing was stored.", issues: header.slice(0, ISSUES_MAX), count: 0 });
    return;
  }
  const { rows, issues, faulty } = checkEntries(parts);
  const stored = await context.collection.add({ header, entries: rows, receivedAt: Date.now(), beacon });
  if (stored === null) {
    response.setHeader("Retry-After", "1");
    sendJson(response, 503, { error: "The database is busy; try again." });
    return;
  }
  const counts = { count: stored.count, duplicates: stored.duplicates, timestamp: Date.now() };
  if (faulty === 0) {
    sendJson(response, 200, { success: true, ...counts });
  } else {
    sendJson(response, 400, { error: `${faulty} of ${parts.entries.length} entries are faulty; the others were taken.`, issues, ...counts });
  }
  context.report({ source: header.source ?? rows[0]?.source ?? null, ...stored, faulty, firstIssue: issues[0] ?? null });
}

function checkEntries(parts: Parts): { rows: EntryRow[]; issues: Issue[]; faulty: number } {
  const rows: EntryRow[] = [];
  const issues: Issue[] = [];
  let faulty = 0;
  for (const [index, value] of parts.entries.entries()) {
    const entry = readEntry(value, parts.pathOf(index));
    if (!("length" in entry)) {
      rows.push(entry);
      continue;
    }
    faulty += 1;
    issues.push(...entry.slice(0, ISSUES_MAX - issues.length));
  }
  return { rows, issues, faulty };
}
