/**
 * A slow line: a TCP proxy on loopback with a bandwidth and a latency in each direction.
 *
 * Owns the bytes on the line. Invariants: bytes keep their order; what an end has sent before it went is still delivered to the
 * other one, and only then the other learns that it has gone, as on a real line.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a line carries. */
export interface LineOptions {
  /** Bits a second, from the browser to the server; all connections share it. */
  upBits: number;
  /** Bits a second, from the server to the browser. */
  downBits: number;
  /** How long each byte takes from one end to the other, in ms, one way. */
  latencyMs: number;
}

/** The line of issue and docs: 750 kbit/s up, 150 ms. */
export const SLOW: LineOptions = { upBits: 750_000, downBits: 1_500_000, latencyMs: 150 };

/** What a packet carries; a burst is no larger. */
const PACKET_BYTES = 1_448;
/** How much the line takes from an end before it stops reading. */
const QUEUE_BYTES_MAX = 16_384;

/** The bandwidth of one direction, shared by all connections: when the next byte may leave. */
class Bandwidth {
  #free = 0;

  constructor(readonly bits: number) {}

  /** Takes the line for so many bytes; when they have left, by `performance.now()`. */
  take(bytes: number): number {
    this.#free = Math.max(this.#free, performance.now()) + (bytes * 8 * 1000) / this.bits;
    return this.#free;
  }
}

/** A running proxy. */
export class SlowLine {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts one on a free port, in front of a server on loopback. */
  static async start(target: string, options: LineOptions = SLOW): Promise<SlowLine> {
    const [up, down] = [new Bandwidth(options.upBits), new Bandwidth(options.downBits)];
    const port = Number(new URL(target).port);
    const server = createServer({ allowHalfOpen: true });
    const line = new SlowLine(server);
    server.on("connection", (near) => {
      const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        line.#sockets.add(socket);
        // An end that breaks off closes as well; that is dealt with there.
        socket.on("error", () => {});
        socket.on("close", () => line.#sockets.delete(socket));
      }
      carry(near, far, up, options.latencyMs);
      carry(far, near, down, options.latencyMs);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  /** Its own address: that of the server, as seen from behind the line. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Carries what `from` sends to `to`, packet by packet, and then its end. */
function carry(from: Socket, to: Socket, bandwidth: Bandwidth, latencyMs: number): void {
  const queue: { at: number; bytes: Buffer | "end" }[] = [];
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliver = () => {
    timer = undefined;
    for (let first = queue[0]; first && first.at <= performance.now(); first = queue[0]) {
      queue.shift();
      if (first.bytes === "end") return to.destroyed || void to.end();
      queued -= first.bytes.length;
      if (!to.destroyed) to.write(first.bytes);
    }
    if (queued < QUEUE_BYTES_MAX) from.resume();
    wake();
  };
  const wake = () => {
    const first = queue[0];
    if (first) timer ??= setTimeout(deliver, Math.max(0, first.at - performance.now()));
  };
  from.on("data", (chunk: Buffer) => {
    for (let start = 0; start < chunk.length; start += PACKET_BYTES) {
      const bytes = chunk.subarray(start, start + PACKET_BYTES);
      queue.push({ at: bandwidth.take(bytes.length) + latencyMs, bytes });
      queued += bytes.length;
    }
    if (queued >= QUEUE_BYTES_MAX) from.pause();
    wake();
  });
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    queue.push({ at: bandwidth.take(0) + latencyMs, bytes: "end" });
    wake();
  };
  from.on("end", end);
  // An end that was broken off has sent no end of its own.
  from.on("close", end);
}
