/**
 * A loopback server with scripted faults, between a page under test and the real collector, or in its stead (`keep`).
 *
 * Owns: the queue of behaviours, the record of what was received, and the pages that tests open (`page.ts` has their text).
 * Invariants: a request's body is recorded whole before its behaviour runs; behaviours are used in the order of requests.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Behaviour, cors, keep, pass } from "./behaviours.js";
import { decodeBody } from "./decode.js";
import { Ledger } from "./ledger.js";
import { shellWorker, testPage } from "./page.js";
import { packageFiles } from "./paths.js";
import type { Body } from "./protocol.js";

/** A request for the log endpoint. Times are of `performance.now()`. */
export interface Received extends Body {
  /** The body as it came. */
  text: string;
  headers: IncomingMessage["headers"];
  /** When the whole body had been read. */
  at: number;
  /** When the answer was begun, so before anybody could hear it; undefined while there is none. */
  answeredAt: number | undefined;
}

/** Something that a test adds to what pages can load. */
export interface Served {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** See the head of the module. */
export class FaultServer {
  readonly received: Received[] = [];
  /** What pages have sent to `/noted`, beside their logs, and when it came, by `performance.now()`. */
  readonly notes: { text: string; at: number }[] = [];
  /** What was kept, where there is no collector. */
  readonly ledger = new Ledger();
  /** What a test has added, by its path. */
  readonly served = new Map<string, Served>();
  readonly #script: Behaviour[] = [];
  /** Files that are not answered for yet, and what waits for them. */
  readonly #held = new Map<string, { asked: number; until: Promise<void> }>();
  readonly #server: Server;
  readonly #collector: string | undefined;
  #usual: Behaviour;
  #port = 0;

  private constructor(server: Server, collector: string | undefined) {
    this.#server = server;
    this.#collector = collector;
    this.#usual = collector === undefined ? keep(this.ledger) : pass();
  }

  /** Starts one on a free port. Requests without a scripted behaviour go on to `collector`; without one they are kept here. */
  static async start(collector?: string): Promise<FaultServer> {
    const http = createServer();
    const server = new FaultServer(http, collector);
    http.on("request", (request, response) => {
      server.#route(request, response).catch((error: unknown) => {
        console.error("fault server:", error);
        request.socket.destroy();
      });
    });
    await server.goOn();
    // A test that fails before it closes the server fails, and does not hang.
    http.unref();
    return server;
  }

  /** The origin of the pages. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The log endpoint. */
  get endpoint(): string {
    return `${this.url}/v1/logs`;
  }

  /** Says what happens to the next requests, one behaviour each. */
  script(...behaviours: Behaviour[]): void {
    this.#script.push(...behaviours);
  }

  /** Says what happens to all requests for which nothing is scripted. */
  always(behaviour: Behaviour): void {
    this.#usual = behaviour;
  }

  /** Keeps a file of the package back until `release` is called; `asked` is how many requests wait for it. */
  holdBack(path: string): { asked(): number; release(): void } {
    let go = () => {};
    const held = { asked: 0, until: new Promise<void>((resolve) => (go = resolve)) };
    this.#held.set(path, held);
    const release = () => {
      this.#held.delete(path);
      go();
    };
    return { asked: () => held.asked, release };
  }

  /** Forgets what was received and what was scripted. */
  reset(): void {
    this.received.length = 0;
    this.#script.length = 0;
  }

  /** Goes away: ends every connection, hanging ones too, and refuses new ones. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Is there again, at the same address. */
  async goOn(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://test.invalid");
    if (path === "/v1/logs") {
      if (request.method === "POST") return this.#take(request, response);
      response.writeHead(204, cors(request)).end();
    } else if (path === "/noted") {
      this.notes.push({ text: (await readWhole(request)).toString(), at: performance.now() });
      response.writeHead(204).end();
    } else if (path === "/page") {
      const policy = searchParams.has("policy") && { "content-security-policy": searchParams.get("policy")! };
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...policy }).end(testPage);
    } else if (this.served.has(path)) {
      const { text, headers } = this.served.get(path)!;
      response.writeHead(200, headers).end(text);
    } else if (packageFiles.has(path)) {
      const held = this.#held.get(path);
      if (held) held.asked += 1;
      await held?.until;
      const file = await readFile(packageFiles.get(path)!);
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(file);
    } else if (path === "/worker.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(shellWorker);
    } else if (path === "/blank") {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>blank</title>");
    } else {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readWhole(request);
    this.received.push(record(response, request.headers, body));
    const behaviour = this.#script.shift() ?? this.#usual;
    await behaviour({ request, response, body, collector: this.#collector ?? "" });
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
  // Not when it is finished: a busy process hears of that later than the page hears the answer.
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (...given: unknown[]) => {
    received.answeredAt = performance.now();
    return writeHead(...given);
  };
  return received;
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
