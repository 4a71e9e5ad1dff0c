/**
 * What becomes of all that a logger holds: flush, close, consent, a core that trapped.
 *
 * Owns: the flushes that wait, the order of steps at the end. Does not own: counting, the calls into the core (core.ts).
 * Invariants: nothing rejects; each flush settles exactly once, by the core or by its death; `close` happens once; what was logged
 * under a denied consent never reaches the core that may send it.
 * Tested in `tests/facade/ending.test.ts` and `degraded.test.ts`.
 */

import { run, stat } from "./core.js";
import type { Engine } from "./engine.js";
import {
  CONSENTS,
  DROP_CLOSED,
  DROP_CONSENT,
  DROP_CORE_FAILED,
  DROP_NOT_READY,
  DROP_REASONS,
  JOURNAL_END,
  STAT_DELIVERED,
  STAT_DROPPED,
  STAT_UNCONFIRMED,
} from "./protocol.js";
import { read } from "./safe.js";
import { monotonicMs, planNow, unplan } from "./schedule.js";
import { hasStack } from "./stack.js";
import { handOn, startLater, watch } from "./start.js";
import { stats } from "./stats.js";
import type { Consent, FlushOptions, FlushResult } from "./types.js";

/** A flush that says nothing else waits this long, in ms. */
const TIMEOUT_MS = 10_000;
/** No timer waits longer, in ms. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/** Calls inside of calls that a flush is sure to have room for. */
const FRAMES = 1000;

/** Answers a flush: delivered, pending, dropped, last status. */
export type Settle = (delivered?: number, pending?: number, dropped?: number, lastStatus?: number) => void;

/**
 * Runs it. In a turn of its own where user code inside of a log call asks, because what is on the tapes cannot be handed over before
 * that call has ended; and where the stack is about to end: what ran out of it in the core could not be told from a trap.
 */
const inTurn = <T>(engine: Engine, run: () => Promise<T>): Promise<T> =>
  !engine._depth && hasStack(FRAMES) ? run() : Promise.resolve().then(run);

export function flush(engine: Engine, options?: FlushOptions): Promise<FlushResult> {
  return engine._closing || inTurn(engine, () => sendAll(engine, timeLimit(options)));
}

async function sendAll(engine: Engine, timeoutMs: number): Promise<FlushResult> {
  // Where a better core is on its way, none is started before it.
  if (!wanting(engine) || !engine._loader._awaited?.()) handOn(engine);
  if (wanting(engine)) timeoutMs = await coreWithin(engine, timeoutMs);
  return engine._closing || answer(engine, false, timeoutMs);
}

export function close(engine: Engine, options?: FlushOptions): Promise<FlushResult> {
  return (engine._closing ||= inTurn(engine, () => end(engine, timeLimit(options))));
}

async function end(engine: Engine, timeoutMs: number): Promise<FlushResult> {
  if (engine._module || engine._tapes.length) handOn(engine);
  if (wanting(engine) && engine._tapes.length) timeoutMs = await coreWithin(engine, timeoutMs);
  unplan(engine);
  engine._unlisten?.();
  engine._detach?.();
  // Without a core nothing can leave any more.
  engine._discard(engine._dead ?? DROP_NOT_READY);
  engine._dead ??= DROP_CLOSED;
  return answer(engine, true, timeoutMs);
}

export function setConsent(engine: Engine, state: Consent): void {
  const number = CONSENTS.indexOf(state);
  if (number < 0) return engine._demand("consent");
  // What was logged before is judged by the state it was logged under.
  engine._drain();
  if (engine._consent === "denied" || state === "denied") engine._discard(DROP_CONSENT);
  engine._consent = state;
  engine._hear?.();
  run(engine, (module, core) => module._consent(core, number));
}

/**
 * The core trapped: what it held is lost. What waits here goes to a fresh instance, once; after that, and after the end, everything is
 * counted only.
 */
export function failed(engine: Engine, cause: unknown): void {
  const final = engine._past.length || engine._dead !== undefined;
  engine._moving = 0;
  unplan(engine);
  // Its locks would keep the journal from the fresh core, and from other pages.
  engine._store?.(JOURNAL_END, new Uint8Array());
  engine._store = undefined;
  engine._notifier._problem("core_failed", undefined, cause);
  if (final) {
    engine._dead = DROP_CORE_FAILED;
    engine._take();
    engine._notifier._dropped(DROP_CORE_FAILED, stats(engine).dropped.core_failed);
  } else {
    const past = Array.from({ length: STAT_DROPPED + DROP_REASONS.length }, (_, i) =>
      i === STAT_DELIVERED || i === STAT_UNCONFIRMED || i >= STAT_DROPPED ? stat(engine, i) : 0,
    );
    engine._core = 0;
    engine._module = undefined;
    engine._past = past;
    engine._loader._drop?.();
    const { accepted, buffered } = stats(engine);
    const known = [...past, ...engine._drops].reduce((sum, count) => sum + count, buffered);
    engine._drop(DROP_CORE_FAILED, accepted - known);
    if (!engine._loader._edge) watch(engine);
    planNow(engine);
  }
  for (const settle of engine._waiting.values()) settle(0, engine._tapes.length);
}

/** How long a flush with these options waits, in ms. */
function timeLimit(options: FlushOptions | undefined): number {
  const given = read(Object(options) as object, "timeoutMs");
  return typeof given === "number" && given >= 0 ? Math.min(given, TIMEOUT_MAX_MS) : TIMEOUT_MS;
}

/** Is there no core, and could there be one later? */
const wanting = (engine: Engine): boolean => !engine._module && engine._dead === undefined;

/** Hands over to a core that is started in the background, if it can be had in time; what is left of the time. */
async function coreWithin(engine: Engine, timeoutMs: number): Promise<number> {
  const began = monotonicMs();
  let timer: unknown;
  try {
    await Promise.race([startLater(engine), new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
    clearTimeout(timer as number);
  } catch {
    // No timer may be had: the level of a Worker's module.
  }
  engine._drain();
  return Math.max(0, Math.round(timeoutMs - monotonicMs() + began));
}

/** The core's answer, or at once what there is to say without one. Settles exactly once, by the core or by its death. */
function answer(engine: Engine, close: boolean, timeoutMs: number): Promise<FlushResult> {
  return new Promise((resolve) => {
    const token = ++engine._tokens;
    // The core's own timer keeps no process (of Node) alive; who waits for an answer must get it.
    const stay = engine._loader._edge ? 0 : setTimeout(() => {}, TIMEOUT_MAX_MS);
    const settle: Settle = (delivered = 0, pending = 0, dropped = 0, lastStatus = 0) => {
      if (stay) clearTimeout(stay);
      engine._waiting.delete(token);
      resolve({ delivered, pending, dropped, lastStatus });
    };
    engine._waiting.set(token, settle);
    if (engine._alive()) run(engine, (module, core) => module._flush(core, token, timeoutMs, close));
    else {
      const { accepted, delivered, unconfirmed, buffered } = stats(engine);
      settle(0, buffered, accepted - delivered - unconfirmed - buffered);
    }
  });
}
