/**
 * What a task or an event of the page has the core do, whole or from the beginning.
 *
 * Firefox ends the script that runs while the last tab of a process is closed: once, at any instruction, and with nothing caught and
 * no `finally` reached (`dom.abort_script_on_child_shutdown`). A closing page has two events, `pagehide` and `visibilitychange`,
 * so what a hand-over or the first one left half done is undone by the next one, and done again.
 *
 * Owns: the core's memory and the tapes as they were before, as long as it is dealt with. Does not own: what is done.
 * Invariants: a batch that goes again has the same id and the same entries (I8), so what has come in since is not among them; nothing
 * is undone inside of a call that goes on.
 * Tested in `tests/wasm/whole.test.ts`, `whole-task.test.ts` and `tests/delivery/large.ts`.
 */

import type { Engine } from "./engine.js";
import type { CoreModule } from "./protocol.js";
import type { Tape } from "./tape.js";

declare global {
  /** What Firefox throws for its own limits; nobody else has it. */
  var InternalError: unknown;
}

/** More memory than this is not copied: it would take longer than a page that is left may, or than a task is to. */
const BYTES_MAX = 16 * 1024 * 1024;
const TASK_BYTES_MAX = 4 * 1024 * 1024;

/** What is being dealt with, and what there was before it. */
export interface Begun {
  readonly _memory: Uint8Array;
  readonly _engine: Engine;
  readonly _act: () => unknown;
  readonly _tapes: Tape[];
  /** What has been handed over since, by which logger: the core is about to forget it. */
  readonly _since: [Engine, Tape[]][];
  /** What it was told of drops since, by whom: the reason, and how many. */
  readonly _told: [Engine, number, number][];
}

/**
 * Does `act` with the core, because of `event`, or in a task of our own (no event); before that, what had been begun before, if it was
 * ended in its midst.
 */
export function whole(engine: Engine, event: unknown, act: () => unknown): unknown {
  const module = engine._module;
  // Only the engine of Firefox has this, and only a page itself dispatches events in the midst of others.
  if (!module || !globalThis.InternalError || (event && !(event as Event).isTrusted)) return act();
  const begun = module._begun;
  module._begun = undefined;
  if (begun) undo(begun, module);
  const memory = new Uint8Array(module._memory.buffer);
  if (memory.length > (event ? BYTES_MAX : TASK_BYTES_MAX)) return act();
  // A hand-over of its own was ended: neither a task nor an event finds a call under way. (Not so where a page calls its timers itself,
  // inside of a log call: nobody can tell that from an end.)
  if (engine._depth) engine._tapes.unshift(...engine._taken.slice(engine._taken.length - engine._moving));
  engine._depth = engine._moving = 0;
  module._begun = { _memory: memory.slice(), _engine: engine, _act: act, _tapes: engine._tapes, _since: [], _told: [] };
  try {
    return act();
  } finally {
    module._begun = undefined;
  }
}

/** Puts everything back as it was, and does it again without what has come in since. A task's write to the store, too: Firefox minds none. */
function undo({ _memory, _engine: engine, _act, _tapes, _since, _told }: Begun, module: CoreModule): void {
  // What was sent with consent may have been, and what was not goes without.
  if (engine._consent === "denied") return;
  for (const [owner, tapes] of _since.reverse()) owner._tapes.unshift(...tapes);
  const before = new Set(_tapes);
  const since = engine._tapes.filter((tape) => !before.has(tape));
  // Anew: what was done may have grown the memory.
  new Uint8Array(module._memory.buffer).set(_memory);
  engine._depth = engine._moving = 0;
  engine._tapes = _tapes;
  // What the core was told it is to be told again: the page's address, and drops.
  engine._resource = "";
  for (const [owner, reason, count] of _told) owner._drops[reason]! += count;
  _act();
  engine._tapes.push(...since);
}
