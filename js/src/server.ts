/**
 * The engine of a process: Node, Deno, Bun.
 *
 * Owns: what happens at the end of the process. Does not own: flushes (ending.ts).
 * Invariants: nothing of a logger keeps the process alive but a flush that was asked for, or the one at its end; a signal ends
 * the process as it would without us, a flush later; whoever else listens for a signal decides alone. Tested in `tests/runtimes`.
 */

import { type StorageClass, useStorage } from "./ambient.js";
import { assemble } from "./create.js";
import { Engine } from "./engine.js";
import { captureCrashes } from "./integrations/crash.js";
import type { Logger } from "./logger.js";
import type { RootLogger } from "./root.js";
import { check } from "./options.js";
import type { Loader } from "./protocol.js";
import type { LoggerOptions } from "./types.js";

/** So long the end of the process waits for what is held, in ms. */
const EXIT_MS = 5000;
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"];

interface Process {
  readonly pid: number;
  on(event: string, listener: (signal: string) => void): unknown;
  off(event: string, listener: (signal: string) => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

class ServerEngine extends Engine {
  override _log(logger: Logger, severity: number, message: unknown, data: unknown, options: object | undefined): boolean {
    const kept = super._log(logger, severity, message, data, options);
    // What waits for an idle moment is sent at the end of the process as well.
    (this._idle as { unref?(): void } | undefined)?.unref?.();
    return kept;
  }
}

/** The loggers that have not ended. */
const live = new Set<RootLogger>();

const flushAll = (): Promise<unknown> => Promise.all([...live].map((log) => log.flush({ timeoutMs: EXIT_MS })));

/** The process has nothing to do any more. What cannot be delivered now is given up, or the attempts would keep it. */
function beforeExit(): void {
  for (const log of live) {
    const { buffered, inFlight } = log.stats();
    if (buffered + inFlight) void log.flush({ timeoutMs: EXIT_MS }).then(({ pending }) => void (pending && log.close({ timeoutMs: 0 })));
  }
}

function signalled(this: unknown, signal: string): void {
  const { process } = globalThis as unknown as { process: Process };
  const alone = process.listenerCount(signal) === 1;
  void flushAll().then(() => {
    if (!alone) return;
    process.off(signal, signalled);
    process.kill(process.pid, signal);
  });
}

function listen(change: "on" | "off"): void {
  const { process } = globalThis as { process?: Process };
  process?.[change]("beforeExit", beforeExit);
  for (const signal of SIGNALS) process?.[change](signal, signalled);
}

/** `createLogger` there. */
export function createServer(options: LoggerOptions, loader: Loader, storage: StorageClass | undefined): RootLogger {
  useStorage(storage);
  const engine = new ServerEngine(check(options), loader);
  const log = assemble(engine, (root) => captureCrashes(root, flushAll));
  if (engine._dead !== undefined) return log;
  if (!live.size) listen("on");
  live.add(log);
  const detach = engine._detach;
  engine._detach = () => {
    detach?.();
    live.delete(log);
    if (!live.size) listen("off");
  };
  return log;
}
