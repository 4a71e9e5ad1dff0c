/**
 * `captureErrors` of a process: what it throws and nobody catches, as entries, before it ends of it.
 *
 * Owns: the listeners, one set for all loggers, and the end that it puts off. Does not own: what is logged (errors.ts), the flush (server.ts).
 * Invariants: the process ends by the same error and with the same code as without us, a flush later; whoever else listens for
 * uncaught exceptions decides alone, and another copy of this package is nobody else; a rejection that the application itself handles is none. Tested in `tests/runtimes`.
 */

import type { Logger } from "../logger.js";
import { type Capture, capturing, REJECTED } from "./errors.js";

type Event = "uncaughtException" | "unhandledRejection";
/** Beside what was thrown there is its origin, or the promise. */
type Listener = (thrown: unknown, origin?: unknown) => void;

/** Where all copies of this package in a process count their listeners. */
const LISTENING = Symbol.for("sapwood.crashes");

/** So much of a process as this needs. */
interface Process {
  [LISTENING]?: Partial<Record<Event, number>>;
  on(event: Event, listener: Listener): unknown;
  off(event: Event, listener: Listener): unknown;
  listenerCount(event: Event): number;
}

const captures = new Set<Capture>();
const theProcess = (): Process | undefined => (globalThis as { process?: Process }).process;
/** Removes the listeners. */
let stop = (): void => {};

/** Starts to listen; gives the function that stops it. `flush` sends what is held, and never rejects. */
export function captureCrashes(log: Logger, flush: () => Promise<unknown>): () => void {
  const capture = capturing(log);
  if (!captures.size) {
    const stops = [listen("uncaughtException", flush)];
    // Where a rejection does not become an exception. Elsewhere, to listen for it would be to handle it.
    if ("Bun" in globalThis) stops.push(listen("unhandledRejection", flush));
    stop = () => stops.forEach((each) => each());
  }
  captures.add(capture);
  return () => {
    if (captures.delete(capture) && !captures.size) stop();
  };
}

function listen(event: Event, flush: () => Promise<unknown>): () => void {
  const process = theProcess();
  const crashed: Listener = (thrown, origin) => {
    const rejected = event === "unhandledRejection" || origin === "unhandledRejection";
    const message = rejected ? REJECTED : "Uncaught exception";
    for (const capture of captures) capture(rejected ? "unhandledrejection" : "error", thrown, message);
    if (process!.listenerCount(event) > counts[event]!) return;
    void flush().then(() => {
      stop();
      // The last copy ends it for all, in a task of its own, where nothing catches it.
      if (counts[event]) return;
      setTimeout(() => {
        throw thrown;
      });
    });
  };
  if (!process) return () => {};
  const counts = (process[LISTENING] ??= {});
  const change = (by: 1 | -1): number => (counts[event] = (counts[event] ?? 0) + by);
  change(1);
  process.on(event, crashed);
  let listening = true;
  return () => {
    if (listening) change(-1);
    listening = false;
    process.off(event, crashed);
  };
}
