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
import { Fault, readParts, type Parts, type Refusal } from "./body.js";
import { readEntry, type EntryRow } from "./entry.js";
import type { Issue } from "./fields.js";
import { readHeader } from "./header.js";
import { inflated } from "./inflate.js";
import type { KeyCheck } from "./key.js";
import { readRaw } from "./raw/raw.js";

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
  const body = await readBody(request, { max: BODY_BYTES_MAX, discardBytes: DISCARD_BYTES_MAX, discardMs: DISCARD_MS_MAX });
  if (body.kind === "aborted") return;
  if (body.kind === "too_large") {
    if (!body.drained) response.setHeader("Connection", "close");
    sendJson(response, 413, { error: `A body may hold at most ${BODY_BYTES_MAX} bytes.` });
    return;
  }
  const parts = readRequest(request, body.bytes, url);
  if (!context.hasKey(request.headers, "header" in parts ? parts.header : undefined)) {
    sendJson(response, 401, { error: "The key is missing or wrong." });
  } else if ("error" in parts) {
    sendJson(response, parts.status, { error: parts.error });
  } else {
    await answerParts(context, response, parts, isBeacon(request));
  }
}

/** The body's parts: with `?format` what the query says, otherwise what the first bytes say. */
function readRequest(request: IncomingMessage, bytes: Uint8Array, url: URL): Parts | Refusal {
  const plain = decoded(bytes, request.headers["content-encoding"]);
  if ("error" in plain) return plain;
  return url.searchParams.has("format") ? readRaw(plain, url.searchParams) : readParts(plain);
}

/** The bytes without the encoding that the head names. */
function decoded(bytes: Uint8Array, encoding = "identity"): Uint8Array | Refusal {
  const name = encoding.trim().toLowerCase();
  if (name === "identity") return bytes;
  if (name === "gzip" || name === "deflate" || name === "br") return inflated(bytes, name);
  return { status: 415, error: "Content-Encoding is one of gzip, deflate, br." };
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
  // A client that is told so sends frames from now on.
  const counts = { count: stored.count, duplicates: stored.duplicates, frames: true, timestamp: Date.now() };
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
    const path = parts.pathOf(index);
    const entry = value instanceof Fault ? [{ path, message: value.message }] : readEntry(value, path);
    if (!("length" in entry)) {
      rows.push(entry);
      continue;
    }
    faulty += 1;
    issues.push(...entry.slice(0, ISSUES_MAX - issues.length));
  }
  return { rows, issues, faulty };
}
