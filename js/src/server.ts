/**
 * The engine of a process: Node, Deno, Bun.
 *
 * Owns: what happens at the end of the process. Does not own: flushes (ending.ts).
 * Invariants: nothing of a logger keeps the process alive but a flush that was asked for, or the one at its end; a signal ends
 * the process as it would without us, a flush later, and a second one at once; whoever else listens for a signal decides alone, but for other
 * copies of this package and `signal-exit`, which step back as we do. Tested in `tests/runtimes`, signals in `signals.test.ts`.
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
/** The last one ends Node under `nohup` as well. Bun ignores it there, but for who listens; Deno does, until somebody listens for any signal. */
const SIGNALS = "Deno" in globalThis || "Bun" in globalThis ? ["SIGTERM", "SIGINT"] : ["SIGTERM", "SIGINT", "SIGHUP"];
/** Their numbers: by 128 more a process says that it ended of one, where it may not end itself by it. */
const NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
/** Where all copies of this package in a process count those that listen for signals. */
const LISTENING = Symbol.for("sapwood.signals");

interface Counted {
  readonly count?: number;
}

interface Process {
  readonly pid: number;
  [LISTENING]?: number;
  /** Of `signal-exit` 3. */
  readonly __signal_exit_emitter__?: Counted;
  on(event: string, listener: (signal: string) => void): unknown;
  off(event: string, listener: (signal: string) => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
  exit(code: number): unknown;
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

/** Listeners that end the process where no other one decides: `signal-exit` 3 and 4, which count on being alone, as we do. */
function modest(process: Process): number {
  const four = (globalThis as { [name: symbol]: Counted | undefined })[Symbol.for("signal-exit emitter")];
  return (process.__signal_exit_emitter__?.count ?? 0) + (four?.count ?? 0);
}

/** Has a signal been heard that will end the process? */
let ending = false;

function signalled(this: unknown, signal: string): void {
  const { process } = globalThis as unknown as { process: Process };
  const alone = process.listenerCount(signal) <= (process[LISTENING] ?? 0) + modest(process);
  const end = (): void => {
    if (!alone) return;
    // The last logger may have been closed meanwhile, and the process has to end all the same.
    listen(false);
    // The last copy of this package ends it for all.
    if (process[LISTENING]) return;
    try {
      process.kill(process.pid, signal);
    } catch {
      // It may not: Deno asks for a right to end processes, and not in each version lets a process end itself without.
      process.exit(128 + NUMBERS[signal]!);
    }
  };
  // Who sends a second one does not want to wait.
  if (ending) return end();
  ending = alone;
  void flushAll().then(end);
}

let listening = false;

function listen(on: boolean): void {
  const { process } = globalThis as { process?: Process };
  if (!process || listening === on) return;
  listening = on;
  process[LISTENING] = (process[LISTENING] ?? 0) + (on ? 1 : -1);
  const change = on ? "on" : "off";
  process[change]("beforeExit", beforeExit);
  for (const signal of SIGNALS) process[change](signal, signalled);
}

/** `createLogger` there. */
export function createServer(options: LoggerOptions, loader: Loader, storage: StorageClass | undefined): RootLogger {
  useStorage(storage);
  const engine = new ServerEngine(check(options), loader);
  const log = assemble(engine, (root) => captureCrashes(root, flushAll));
  if (engine._dead !== undefined) return log;
  if (!live.size) listen(true);
  live.add(log);
  const detach = engine._detach;
  engine._detach = () => {
    detach?.();
    live.delete(log);
    if (!live.size) listen(false);
  };
  return log;
}
