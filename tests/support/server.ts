/**
 * A loopback server with scripted faults, between a page under test and the real collector.
 *
 * Owns: the queue of behaviours, the record of what was received, and the pages that tests open (`page.ts` has their text).
 * Invariants: a request's body is recorded whole before its behaviour runs; behaviours are used in the order of requests.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Behaviour, cors, pass } from "./behaviours.js";
import { decodeBody } from "./decode.js";
import { testPage } from "./page.js";
import { packageEntry } from "./paths.js";
import type { Body } from "./protocol.js";

/** What `/page?policy` is served with: scripts as they are, and no compiling of WebAssembly. */
const NO_WASM = "script-src 'self' 'unsafe-inline'";

/** A request for the log endpoint. Times are of `performance.now()`. */
export interface Received extends Body {
  /** The body as it came. */
  text: string;
  headers: IncomingMessage["headers"];
  /** When the whole body had been read. */
  at: number;
  /** When the answer was handed to the system, or undefined while there is none. */
  answeredAt: number | undefined;
}

/** See the head of the module. */
export class FaultServer {
  readonly received: Received[] = [];
  readonly #script: Behaviour[] = [];
  readonly #server: Server;
  readonly #collector: string;

  private constructor(server: Server, collector: string) {
    this.#server = server;
    this.#collector = collector;
  }

  /** Starts one on a free port. Requests without a scripted behaviour go on to `collector`. */
  static async start(collector: string): Promise<FaultServer> {
    const http = createServer();
    const server = new FaultServer(http, collector);
    http.on("request", (request, response) => {
      server.#route(request, response).catch((error: unknown) => {
        console.error("fault server:", error);
        request.socket.destroy();
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** The origin of the pages. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The log endpoint. */
  get endpoint(): string {
    return `${this.url}/v1/logs`;
  }

  /** Says what happens to the next requests, one behaviour each. */
  script(...behaviours: Behaviour[]): void {
    this.#script.push(...behaviours);
  }

  /** Forgets what was received and what was scripted. */
  reset(): void {
    this.received.length = 0;
    this.#script.length = 0;
  }

  /** Ends every connection, hanging ones too. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://test.invalid");
    if (path === "/v1/logs") {
      if (request.method === "POST") return this.#take(request, response);
      response.writeHead(204, cors(request)).end();
    } else if (path === "/page") {
      const policy = searchParams.has("policy") && { "content-security-policy": NO_WASM };
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...policy }).end(testPage);
    } else if (path === "/sapwood.js" || path === "/persist.js") {
      const file = path === "/sapwood.js" ? packageEntry : packageEntry.replace("index.js", "persist.js");
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(await readFile(file));
    } else if (path === "/blank") {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>blank</title>");
    } else {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readWhole(request);
    this.received.push(record(response, request.headers, body));
    const behaviour = this.#script.shift() ?? pass();
    await behaviour({ request, response, body, collector: this.#collector });
  }
}

function record(response: ServerResponse, headers: IncomingMessage["headers"], body: Buffer): Received {
  const text = body.toString("utf8");
  const { batch, logs } = decodeBody(body);
  const received: Received = {
    batch,
    logs,
    text,
    headers,
    at: performance.now(),
    answeredAt: undefined,
  };
  response.on("finish", () => {
    received.answeredAt = performance.now();
  });
  return received;
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
