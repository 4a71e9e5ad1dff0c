/**
 * A loopback receiver with scripted faults. Owns the queue of behaviours and the record of what arrived. It stands alone: a test
 * that replaces `fetch` must not replace the receiver's.
 * Invariants: a request's body is recorded whole before its behaviour runs; behaviours are used in the order of requests.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, type Behaviour } from "../../support/behaviours.js";
import { decodeBody } from "../../support/decode.js";
import type { Batch, Entry } from "../../support/protocol.js";

/** A request. Times are of `performance.now()`. */
export interface Received {
  batch: Batch;
  logs: Entry[];
  /** The body as it came. */
  bytes: Buffer;
  /** The same as text. */
  text: string;
  headers: IncomingMessage["headers"];
  /** When the whole body had been read. */
  at: number;
  /** When the answer was handed to the system; undefined while there is none. */
  answeredAt: number | undefined;
}

export class Receiver {
  readonly received: Received[] = [];
  readonly #script: Behaviour[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts one on a free port. A request without a scripted behaviour is answered 200. */
  static async start(): Promise<Receiver> {
    const http = createServer();
    const receiver = new Receiver(http);
    http.on("request", (request, response) => {
      receiver.#take(request, response).catch((error: unknown) => {
        console.error("receiver:", error);
        request.socket.destroy();
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/logs`;
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

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = body.toString();
    const { batch, logs } = decodeBody(body);
    const received: Received = { batch, logs, text, bytes: body, headers: request.headers, at: performance.now(), answeredAt: undefined };
    response.on("finish", () => (received.answeredAt = performance.now()));
    this.received.push(received);
    const behaviour = this.#script.shift() ?? answer(200, { success: true, count: logs.length });
    await behaviour({ request, response, body, collector: "" });
  }
}
