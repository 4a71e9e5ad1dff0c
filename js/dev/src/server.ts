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
import { CLOSE_MS_MAX, REQUEST_MS_MAX } from "./limits.js";
import { openStore, type Store } from "./store/schema.js";
import { batchLine } from "./terminal.js";

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
  /** No line per batch. */
  readonly quiet?: boolean;
}

/** A running collector. */
export interface Collector {
  /** For example `http://127.0.0.1:4318`, without a slash at the end. */
  readonly url: string;
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
  const context: RouterContext = {
    db: store.db,
    hasKey: keyCheck(options.key),
    report: quiet ? () => {} : (report) => process.stdout.write(`${batchLine(report, new Date())}\n`),
    isOurHost: hostCheck(host),
    page: loadPage(),
  };
  // Nothing has arrived yet: since the port is ours, this process has not let go of its thread.
  server.on("request", (request, response) => void route(context, request, response));
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server, host),
    close: () => (closed ??= stop(server).finally(() => store.close())),
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
