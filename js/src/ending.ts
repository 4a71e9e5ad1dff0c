/**
 * What becomes of all that a logger holds: flush, close, consent, a core that trapped.
 *
 * Owns: the flushes that wait, the order of steps at the end. Does not own: counting, the calls into the core (core.ts).
 * Invariants: nothing rejects; each flush settles exactly once, by the core or by its death; `close` happens once; what was logged
 * under a denied consent never reaches the core that may send it.
 * Tested in `tests/facade/ending.test.ts` and `degraded.test.ts`.
 */

import { run } from "./core.js";
import type { Engine } from "./engine.js";
import { CONSENTS, DROP_CLOSED, DROP_CONSENT, DROP_CORE_FAILED, DROP_NOT_READY } from "./protocol.js";
import { read } from "./safe.js";
import { unplan } from "./schedule.js";
import { handOn } from "./start.js";
import { stats } from "./stats.js";
import type { Consent, FlushOptions, FlushResult } from "./types.js";

/** A flush that says nothing else waits this long, in ms. */
const TIMEOUT_MS = 10_000;
/** No timer waits longer, in ms. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/** Answers a flush: delivered, pending, dropped, last status. */
export type Settle = (delivered?: number, pending?: number, dropped?: number, lastStatus?: number) => void;

export function flush(engine: Engine, options?: FlushOptions): Promise<FlushResult> {
  const awaited = !engine._module && engine._loader._awaited?.();
  const now = (): Promise<FlushResult> => {
    if (engine._closing) return engine._closing;
    handOn(engine);
    return answer(engine, false, options);
  };
  return awaited ? awaited.then(now) : now();
}

export function close(engine: Engine, options?: FlushOptions): Promise<FlushResult> {
  if (!engine._closing) {
    if (engine._module || engine._tapes.length) handOn(engine);
    unplan(engine);
    engine._unlisten?.();
    engine._detach?.();
    // Without a core nothing can leave any more.
    engine._discard(engine._dead ?? DROP_NOT_READY);
    engine._dead ??= DROP_CLOSED;
    engine._closing = answer(engine, true, options);
  }
  return engine._closing;
}

export function setConsent(engine: Engine, state: Consent): void {
  const number = CONSENTS.indexOf(state);
  if (number < 0) return engine._demand("consent");
  // What was logged before is judged by the state it was logged under.
  engine._drain();
  if (engine._consent === "denied" || state === "denied") engine._discard(DROP_CONSENT);
  engine._consent = state;
  run(engine, (module, core) => module._consent(core, number));
}

/** The core trapped: what it held is lost, and what comes is counted. */
export function failed(engine: Engine, cause: unknown): void {
  engine._dead = DROP_CORE_FAILED;
  engine._moving = 0;
  engine._take();
  unplan(engine);
  engine._notifier._problem("core_failed", undefined, cause);
  engine._notifier._dropped(DROP_CORE_FAILED, stats(engine).dropped.core_failed);
  for (const settle of engine._waiting.values()) settle();
}

/** The core's answer, or at once what there is to say without one. Settles exactly once, by the core or by its death. */
function answer(engine: Engine, close: boolean, options: FlushOptions | undefined): Promise<FlushResult> {
  const given = read(Object(options) as object, "timeoutMs");
  const timeoutMs = typeof given === "number" && given >= 0 ? Math.min(given, TIMEOUT_MAX_MS) : TIMEOUT_MS;
  return new Promise((resolve) => {
    const token = ++engine._tokens;
    // The core's own timer keeps no process (of Node) alive; who waits for an answer must get it.
    const stay = setTimeout(() => {}, TIMEOUT_MAX_MS);
    const settle: Settle = (delivered = 0, pending = 0, dropped = 0, lastStatus = 0) => {
      clearTimeout(stay);
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
