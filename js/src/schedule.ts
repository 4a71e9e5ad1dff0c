/**
 * When the tapes are handed over by themselves: in an idle moment, or in the next task.
 *
 * Owns: at most one idle callback and one timer of an engine, and their removal; in a page that nobody sees a microtask, which nobody
 * can take back. Does not own: what is handed over.
 * Invariants: what is on a tape is planned for; a logger that has ended plans nothing. Tested in `tests/facade/handover.test.ts` and
 * `start.test.ts`.
 */

import type { Engine } from "./engine.js";
import { startLater } from "./start.js";
import { whole } from "./whole.js";

/** A first entry waits at most this long for an idle moment, in ms. */
const IDLE_MS = 500;
/** How many are handed over in one task, so that none is long. */
export const TURN_ENTRIES = 512;

export type Timer = ReturnType<typeof setTimeout>;

/** Milliseconds on a clock that does not jump, where there is one: how long an entry has waited must not depend on the time of day. */
export const monotonicMs = (): number => (globalThis.performance ?? Date).now();

/** Plans a hand-over for an idle moment. */
export function plan(engine: Engine): void {
  engine._since = monotonicMs();
  if (engine._loader._edge) return;
  const run = (): unknown => due(engine);
  // Timers of a page in the background come once a second, and it may go at any moment. At most twice a second, or a page that has replaced
  // what a hand-over calls (`setTimeout`), and logs in it, would never come to the end of its task.
  if (globalThis.document?.hidden && engine._since > engine._restedMs) {
    engine._restedMs = engine._since + IDLE_MS;
    return void Promise.resolve().then(run);
  }
  const timeout = Math.min(IDLE_MS, engine._config.flushInterval);
  const idle: typeof requestIdleCallback | undefined = globalThis.requestIdleCallback;
  if (!timeout) planNow(engine);
  else engine._idle ||= idle ? idle(run, { timeout }) : setTimeout(run, timeout);
}

/** Plans a hand-over for the next task, or for one in `ms`, for which no process (of Node) stays. */
export function planNow(engine: Engine, ms = 0): void {
  if (engine._loader._edge) return;
  engine._timer ||= setTimeout(() => due(engine), ms);
  if (ms) (engine._timer as { unref?(): void }).unref?.();
}

export function unplan(engine: Engine): void {
  clearTimeout(engine._timer);
  (globalThis.cancelIdleCallback ?? clearTimeout)(engine._idle as number);
  engine._timer = engine._idle = undefined;
}

/** A planned hand-over is due. The core is compiled in the background for it. */
export async function due(engine: Engine): Promise<void> {
  unplan(engine);
  if (!engine._module) await startLater(engine);
  whole(engine, undefined, () => engine._drain(TURN_ENTRIES));
}
