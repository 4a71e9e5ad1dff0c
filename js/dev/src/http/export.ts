/**
 * Owns: `GET /api/export`: all entries that match, whole, one JSON line each, oldest first.
 * Invariants: memory is bounded by one chunk, however many match and however slow the reader; nothing is written while the
 * reader's buffer is full; between two chunks other requests are served.
 * Tested in: tests/collector/export-api.test.ts.
 */
import type { ServerResponse } from "node:http";
import type { Filter } from "../filter.js";
import { EXPORT_BYTES, EXPORT_ENTRIES } from "../limits.js";
import type { Database } from "../store/database.js";
import { untilRoom } from "../room.js";
import { nextRaw, type RawEntry } from "../store/queries.js";

/** Sends the lines. Ends early where the reader goes away. */
export async function sendExport(db: Database, response: ServerResponse, filter: Filter): Promise<void> {
  response.writeHead(200, {
    "Content-Type": "application/x-ndjson; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  for (const chunk of exportChunks(db, filter)) {
    if (!response.write(chunk)) await untilRoom(response);
    else await new Promise((resolve) => setImmediate(resolve));
    // Before the next chunk is read: the file may be closed by now.
    if (response.destroyed) return;
  }
  response.end();
}

/** The lines in pieces of a bounded size; each piece is one query, made when it is asked for. What is removed meanwhile is left out. */
export function* exportChunks(db: Database, filter: Filter): Generator<string, void, void> {
  for (let after = 0; ; ) {
    const rows = nextRaw(db, filter, after, EXPORT_ENTRIES, EXPORT_BYTES);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    yield rows.map(exportLine).join("");
  }
}

/**
 * The entry's own JSON; at its end what it has from the batch's header, so that a line of a frame is whole, and `receivedAt`.
 * No reading and writing of JSON, so that every number stays as it was sent.
 */
export function exportLine({ entry, receivedAt, source, environment, version }: RawEntry): string {
  let line = `${entry.slice(0, -1)}${entry === "{}" ? "" : ","}`;
  for (const [name, value] of Object.entries({ source, environment, version })) if (value !== null) line += `"${name}":${JSON.stringify(value)},`;
  return `${line}"receivedAt":${receivedAt}}\n`;
}
