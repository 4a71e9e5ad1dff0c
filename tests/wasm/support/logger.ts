/** Loggers of the built package, as an application gets them, against the scripted server. */
import { pathToFileURL } from "node:url";
import type * as Package from "../../../js/src/index.js";
import { packageEntry } from "../../support/paths.js";
import type { Entry } from "../../support/protocol.js";
import type { Receiver } from "./receiver.js";

const { createLogger } = (await import(pathToFileURL(packageEntry).href)) as typeof Package;

export interface Rig {
  log: Package.RootLogger;
  /** What `onError` heard. */
  errors: Package.SapwoodError[];
  /** What `onDrop` heard, summed by reason. */
  drops: Package.Stats["dropped"];
}

/** A logger that sends when it is told to, and does not wait long between attempts. */
export function rig(server: Receiver, options: Partial<Package.LoggerOptions> = {}): Rig {
  const errors: Package.SapwoodError[] = [];
  const drops: Package.Stats["dropped"] = {};
  const log = createLogger({
    source: "shop",
    environment: "test",
    endpoint: server.endpoint,
    flushInterval: 60_000,
    retry: { initialDelayMs: 20, maxDelayMs: 50 },
    onError: (error) => void errors.push(error),
    onDrop: (reason, count) => void (drops[reason] = (drops[reason] ?? 0) + count),
    ...options,
  });
  return { log, errors, drops };
}

/** All entries that arrived, in the order of arrival; those of attempts that failed as well. */
export function arrived(server: Receiver): Entry[] {
  return server.received.flatMap(({ logs }) => logs);
}
