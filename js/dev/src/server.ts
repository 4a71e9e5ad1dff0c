/**
 * Owns: the life of one collector: HTTP server and database, opened and closed together.
 * Does not own: the process (cli.ts) or what a request does (http/, intake/, store/).
 * Invariant: after `close` the port is free, the file is closed, and its write-ahead log is empty.
 * Tested in: tests/collector/ throughout.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostCheck } from "./http/host.js";
import { loadPage } from "./http/page.js";
import { route, type RouterContext } from "./http/router.js";
import { keyCheck } from "./intake/key.js";
import { StreamHub } from "./http/stream.js";
import { CLOSE_MS_MAX, KEPT_BYTES_DEFAULT, KEPT_MS_DEFAULT, REQUEST_MS_MAX } from "./limits.js";
import { Collection } from "./store/collection.js";
import type { StatusAnswer } from "./api-types.js";
import type { Database } from "./store/database.js";
import { openStore, type Store } from "./store/schema.js";
import type { Batch } from "./store/writer.js";
import { batchLine, type BatchReport } from "./terminal.js";

export { openReader, type StoreReader } from "./store/reader.js";

/** How a collector is to run. */
export interface CollectorOptions {
  /** 0 picks a free one. Default 4318. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** The database file, or `":memory:"`. Default `sapwood-dev.db` in the working directory. */
  readonly db?: string;
  /** When given, batches without it are answered with 401. */
  readonly key?: string;
  /** No line per batch on standard output. */
  readonly quiet?: boolean;
  /** Told of every batch that was answered, in place of that line. */
  readonly onBatch?: (report: BatchReport) => void;
  /** What the file may hold, in bytes; the oldest entries go first. 0 is without a bound. Default 512 MB. */
  readonly maxBytes?: number;
  /** How long an entry is kept, in ms. 0 is for ever. Default 7 days. */
  readonly maxAgeMs?: number;
  /** Told after each commit what was stored, duplicates included. */
  readonly onStored?: (batches: readonly Batch[]) => void;
}

/** A running collector. */
export interface Collector {
  /** For example `http://127.0.0.1:4318`, without a slash at the end. */
  readonly url: string;
  /** The open database, for reading it in this process: see store/queries.ts. */
  readonly db: Database;
  /** What `GET /api/status` says. */
  status(): StatusAnswer;
  /** Ends the requests under way (at most two seconds), the server and the database. Calls after the first join it. */
  close(): Promise<void>;
}

/**
 * Starts a collector. Rejects with a sentence for the user where the file cannot be used or the address is taken.
 *
 * @example
 * const collector = await startCollector({ port: 0, db: ":memory:", quiet: true });
 * await fetch(`${collector.url}/v1/logs`, { method: "POST", body: '{"level":"info","message":"hello"}' });
 * await collector.close();
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const { port = 4318, host = "127.0.0.1", db: file = "sapwood-dev.db", quiet = false } = options;
  const server = createServer({ requestTimeout: REQUEST_MS_MAX });
  // Before the file is touched: a port that is taken is most often that of the collector that uses this very file.
  await listen(server, port, host).catch((error: unknown) => {
    throw new Error(listenSentence(error, port, host));
  });
  let store: Store;
  try {
    store = openStore(file);
  } catch (error) {
    await stop(server);
    throw error;
  }
  const streams = new StreamHub(store.db, store.totals);
  const bounds = { bytesMax: options.maxBytes ?? KEPT_BYTES_DEFAULT, ageMsMax: options.maxAgeMs ?? KEPT_MS_DEFAULT };
  const collection = new Collection(store, bounds, (batches) => {
    if (batches.some((batch) => batch.header.instance !== null)) streams.tell("instances");
    if (batches.some((batch) => batch.entries.some((entry) => entry.flowId !== null))) streams.tell("flows");
    options.onStored?.(batches);
  });
  const context: RouterContext = {
    db: store.db,
    collection,
    streams,
    status: () => collection.status(),
    hasKey: keyCheck(options.key),
    report: options.onBatch ?? (quiet ? () => {} : (report) => process.stdout.write(`${batchLine(report, new Date())}\n`)),
    isOurHost: hostCheck(host),
    page: loadPage(),
  };
  // Nothing has arrived yet: since the port is ours, this process has not let go of its thread.
  server.on("request", (request, response) => void route(context, request, response));
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server, host),
    db: store.db,
    status: context.status,
    close() {
      // Streams have no end of their own.
      closed ??= (streams.close(), stop(server)).finally(() => collection.close());
      return closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function listenSentence(error: unknown, port: number, host: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `Port ${port} on ${host} is taken (by another collector?); choose another with --port.`;
  if (code === "EACCES") return `Port ${port} may not be used by this user; choose another with --port.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is no address of this machine; choose another with --host.`;
  return `The server could not start: ${message}.`;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  // All interfaces is no address to go to; this machine's own always works.
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
