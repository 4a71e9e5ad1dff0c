/**
 * What the fault server can do with a request for the log endpoint. A test scripts one behaviour per request.
 * Owns the answers' shape; does not own the queue (`server.ts`).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { decodeBody } from "./decode.js";
import type { Ledger } from "./ledger.js";

/** A request whose body has been taken, and what a behaviour needs to deal with it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  /** The real collector's address. */
  collector: string;
}

/** Deals with one request. */
export type Behaviour = (exchange: Exchange) => Promise<void>;

/** Answers with a status; the body is JSON. */
export function answer(status: number, body: unknown = {}, headers: Record<string, string> = {}): Behaviour {
  return async ({ request, response }) => {
    response.writeHead(status, { "content-type": "application/json", ...cors(request), ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Hands the request on to the real collector, and its answer back. */
export function pass(): Behaviour {
  return async (exchange) => {
    const { status, text } = await toCollector(exchange);
    exchange.response.writeHead(status, { "content-type": "application/json", ...cors(exchange.request) });
    exchange.response.end(text);
  };
}

/** Enters the batch into a book and answers as the native protocol says. */
export function keep(ledger: Ledger): Behaviour {
  return async (exchange) => {
    const taken = ledger.take(decodeBody(exchange.body));
    await answer(200, { success: true, ...taken, timestamp: Date.now() })(exchange);
  };
}

/** Begins to answer, and cuts the line before the body's end. */
export function cutAnswer(status: number): Behaviour {
  return async ({ request, response }) => {
    response.writeHead(status, { "content-type": "application/json", "content-length": "1000", ...cors(request) });
    response.write('{"success":true', () => request.socket.destroy());
  };
}

/** Takes the body, hands it on to the collector, and cuts the line instead of passing its answer back. */
export function cutAfterTaking(): Behaviour {
  return async (exchange) => {
    await toCollector(exchange);
    exchange.request.socket.destroy();
  };
}

/** Cuts the line without having kept anything. */
export function cut(): Behaviour {
  return async ({ request }) => {
    request.socket.destroy();
  };
}

/** Takes the body and never answers. The client, or the end of the server, ends it. */
export function hang(): Behaviour {
  return async () => {};
}

/** The headers that let a page of another origin read an answer: what the collector sends. */
export function cors(request: IncomingMessage): Record<string, string> {
  const origin = request.headers.origin;
  if (origin === undefined) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type, x-api-key, authorization",
    "access-control-expose-headers": "Retry-After",
    "access-control-max-age": "600",
    vary: "Origin",
  };
}

async function toCollector({ request, body, collector }: Exchange): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "x-api-key"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  const answered = await fetch(`${collector}/v1/logs`, { method: "POST", headers, body: new Uint8Array(body) });
  return { status: answered.status, text: await answered.text() };
}
