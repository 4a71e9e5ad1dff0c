/**
 * Owns: writing answers: length, type, and the headers every answer carries.
 * Tested in: tests/collector/intake.test.ts and read.test.ts.
 */
import type { ServerResponse } from "node:http";

/** Answers with JSON. `undefined` members are left out, as JSON does. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json; charset=utf-8", Buffer.from(JSON.stringify(value)));
}

/** Answers without a body. */
export function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Cache-Control": "no-store" }).end();
}

/** Answers with bytes of a type. For HEAD, Node leaves the bytes out. */
export function send(response: ServerResponse, status: number, type: string, bytes: Buffer): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": bytes.length,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(bytes);
}
