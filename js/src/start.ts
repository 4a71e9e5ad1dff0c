/**
 * The start of an engine's core.
 *
 * Owns: the synchronous start, what a failed one means, the watch for the end of the page until then. Does not own: how the
 * module is had (loader.ts), the configuration record (core.ts), the start in the background (schedule.ts).
 * Invariants: a core starts once; a failure is told, kept for nothing, and tried again when there is a reason to.
 * Tested in `tests/facade/start.test.ts`.
 */

import { run, startCore } from "./core.js";
import type { Engine } from "./engine.js";
import { listen } from "./listen.js";
import { SIGNAL_HIDE } from "./protocol.js";
import { due, planNow } from "./schedule.js";
import { whole } from "./whole.js";

/** After a start that failed, it is tried again after this time, in ms. */
const RETRY_START_MS = 30_000;

/** Is there a core, started now if need be? Log calls do not try again by themselves; what failed may be had later. */
export function hasCore(engine: Engine): boolean {
  try {
    if (!engine._refused) startCore(engine, () => engine._loader._now(engine._config.core === "js"));
  } catch {
    engine._refused = true;
  }
  return !!engine._module;
}

/** Starts the core in the background, where there is none. A failure is told, and tried again after a while. */
export function startLater(engine: Engine): Promise<void> {
  return (engine._starting ||= (async () => {
    try {
      if (!engine._module) {
        const module = await engine._loader._later(engine._config.core === "js");
        startCore(engine, () => module);
      }
    } catch (cause) {
      engine._refused = true;
      // The logger may have ended meanwhile.
      if (engine._dead === undefined) {
        engine._notifier._problem("core_unavailable", undefined, cause);
        planNow(engine, RETRY_START_MS);
      }
    }
    engine._starting = undefined;
  })());
}

/** Watches for the end of the page, as long as there is no core that does it itself. */
export function watch(engine: Engine): void {
  const pagehide = (event: Event): void => {
    engine._refused = false;
    if (!hasCore(engine)) return;
    whole(engine, event, () => {
      engine._drain();
      // The core did not hear this event, and where `visibilitychange` is not fired the page does not look hidden.
      run(engine, (module, core) => module._receive(core, SIGNAL_HIDE, 0, undefined, undefined));
    });
  };
  // A page that is only hidden goes on. Without the better core that is on its way it would do so for ever; that one sends at once,
  // for it sees that the page is hidden.
  const visibilitychange = (event: Event): unknown =>
    document.visibilityState === "hidden" && (engine._loader._awaited?.() ? due(engine) : pagehide(event));
  engine._unlisten = listen({ pagehide, visibilitychange });
}

/** Hands over now, starting the core if need be. */
export function handOn(engine: Engine): void {
  engine._refused = false;
  hasCore(engine);
  engine._drain();
}
