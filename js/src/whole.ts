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
import type { Tape } from "./tape.js";

declare global {
  /** What Firefox throws for its own limits; nobody else has it. */
  var InternalError: unknown;
}

/** More memory than this is not copied: it would take longer than a page that is left may. */
const BYTES_MAX = 16 * 1024 * 1024;

/** An event that is being dealt with, and what there was before it. */
export interface Begun {
  readonly _memory: Uint8Array;
  readonly _engine: Engine;
  readonly _act: () => unknown;
  readonly _tapes: Tape[];
  readonly _drops: readonly number[];
  readonly _resource: string;
}

/** Does `act` with the core, because of `event`; before that, what the event before had to do, if that was ended in its midst. */
export function whole(engine: Engine, event: unknown, act: () => unknown): unknown {
  const module = engine._module!;
  // Anew each time: what is done may have grown the memory.
  const memory = (): Uint8Array => new Uint8Array(module._memory.buffer);
  // Only the engine of Firefox has this, and only a page itself dispatches events in the midst of others.
  if (!globalThis.InternalError || !(event as Event | undefined)?.isTrusted) return act();
  if (module._begun) undo(module._begun, memory());
  module._begun = undefined;
  if (memory().length > BYTES_MAX) return act();
  // A hand-over of its own was ended: an event finds no call under way.
  if (engine._depth) engine._tapes.unshift(...engine._taken.slice(engine._taken.length - engine._moving));
  engine._depth = engine._moving = 0;
  const { _tapes, _drops, _resource } = engine;
  module._begun = { _memory: memory().slice(), _engine: engine, _act: act, _tapes, _drops: [..._drops], _resource };
  act();
  return (module._begun = undefined);
}

/** Puts everything back as it was, and does it again without what has come in since. */
function undo({ _memory, _engine: engine, _act, _tapes, _drops, _resource }: Begun, memory: Uint8Array): void {
  const since = engine._tapes;
  memory.set(_memory);
  engine._depth = engine._moving = 0;
  engine._tapes = _tapes;
  engine._resource = _resource;
  // What had been told to the core is to be told again.
  _drops.forEach((count, reason) => {
    if (engine._drops[reason]! < count) engine._drops[reason]! += count;
  });
  _act();
  if (since !== _tapes) engine._tapes.push(...since);
}
