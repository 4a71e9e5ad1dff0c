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

/** Is there a core, started now if need be? */
export function hasCore(engine: Engine): boolean {
  try {
    if (!engine._module && !engine._refused && engine._dead === undefined) startCore(engine, engine._loader._now());
  } catch (cause) {
    refuse(engine, cause);
  }
  return !!engine._module;
}

/** No core could be had: log calls do not try again by themselves. */
export function refuse(engine: Engine, cause: unknown): void {
  engine._refused = true;
  engine._notifier._problem("core_unavailable", undefined, cause);
}

/** Watches for the end of the page, as long as there is no core that does it itself. */
export function watch(engine: Engine): void {
  const pagehide = (): void => {
    handOn(engine);
    // The core did not hear this event, and where `visibilitychange` is not fired the page does not look hidden.
    run(engine, (module, core) => module._receive(core, SIGNAL_HIDE, 0, undefined, undefined));
  };
  const visibilitychange = (): unknown => document.visibilityState === "hidden" && pagehide();
  engine._unlisten = listen({ pagehide, visibilitychange });
}

/** Hands over now, starting the core if need be. */
export function handOn(engine: Engine): void {
  engine._refused = false;
  hasCore(engine);
  engine._drain();
}
