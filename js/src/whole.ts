/**
 * What an event of the page has the core do, whole or from the beginning.
 *
 * Firefox ends the script that runs while the last tab of a process is closed: once, at any instruction, and with nothing caught and
 * no `finally` reached (`dom.abort_script_on_child_shutdown`). A closing page has two events, `pagehide` and `visibilitychange`,
 * so what the first one left half done is undone by the second, and done again.
 *
 * Owns: the core's memory and the tapes as they were before such an event, as long as it is dealt with. Does not own: what is done.
 * Invariants: a batch that goes again has the same id and the same entries (I8), so what has come in since is not among them; nothing
 * is undone inside of a call that goes on.
 * Tested in `tests/wasm/whole.test.ts` and `tests/delivery/large.test.ts`.
 */

import type { Engine } from "./engine.js";

declare global {
  /** What Firefox throws for its own limits; nobody else has it. */
  var InternalError: unknown;
}

/** More memory than this is not copied: it would take longer than a page that is left may. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Does `act` with the core, because of `event`; before that, what the event before had to do, if that was ended in its midst. */
export function whole(engine: Engine, event: unknown, act: () => unknown): unknown {
  const module = engine._module!;
  const bytes = new Uint8Array(module._memory.buffer);
  // Only the engine of Firefox has this, and only a page itself dispatches events in the midst of others.
  if (!globalThis.InternalError || !(event as Event | undefined)?.isTrusted || bytes.length > BYTES_MAX) return act();
  if (module._begun) {
    const [memory, other, tapes] = module._begun;
    const since = other._tapes;
    bytes.set(memory);
    other._depth = other._moving = 0;
    other._tapes = tapes;
    if (since !== tapes) {
      act();
      other._tapes.push(...since);
    }
  }
  // A hand-over of its own was ended: an event finds no call under way.
  if (engine._depth) engine._tapes.unshift(...engine._taken.slice(engine._taken.length - engine._moving));
  engine._depth = engine._moving = 0;
  module._begun = [bytes.slice(), engine, engine._tapes];
  act();
  return (module._begun = undefined);
}
