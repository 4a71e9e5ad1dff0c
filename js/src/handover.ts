/**
 * The hand-over: what is on the tapes, written and given to the core.
 *
 * Owns: the slices, the operations that are not entries. Does not own: when it happens (engine.ts), the bytes (writer.ts).
 * Invariants: user code (the reading of stacks) has ended before the first byte is written; an entry that cannot be written
 * is dropped, and the rest goes on. Tested in `tests/facade/handover.test.ts` and `reentrancy.test.ts`.
 */

import type { Engine } from "./engine.js";
import { end, handIn, num, str } from "./msgpack.js";
import { resource } from "./page.js";
import { type CoreModule, DROP_UNSERIALISABLE, OP_DROP, OP_RESOURCE } from "./protocol.js";
import { monotonicMs } from "./schedule.js";
import { settle, type Tape } from "./tape.js";
import { begin, entry } from "./writer.js";

/** About so many bytes cross at once. */
const SLICE_BYTES = 32_768;

/** Writes what the engine itself has to say: the page's new address, what it dropped. */
function writeOwn(engine: Engine): void {
  const { _config, _loader, _module, _resource } = engine;
  // Where requests are worlds of their own there is no page that could have another address.
  const now = _loader._edge ? _resource : resource(_config, _module);
  if (now !== _resource) {
    num(OP_RESOURCE);
    str((engine._resource = now));
  }
  engine._drops.forEach((count, reason) => {
    if (!count) return;
    [OP_DROP, reason, count].forEach(num);
    _module!._begun?._told.push([engine, reason, count]);
    engine._drops[reason] = 0;
  });
}

/** Hands over `tapes`; what has crossed is no longer in `engine._moving`. A trap ends it. */
export function handOver(engine: Engine, module: CoreModule, tapes: readonly Tape[]): void {
  const waitedMs = tapes.length && Math.max(0, monotonicMs() - engine._since);
  tapes.forEach(settle);
  let i = 0;
  do {
    const first = i;
    begin();
    writeOwn(engine);
    for (; i < tapes.length && end < SLICE_BYTES; i++) {
      if (!entry(tapes[i]!, engine._config.maxDataBytes, engine._shift)) engine._drop(DROP_UNSERIALISABLE);
    }
    // Before: what a page's end interrupts (whole.ts) crosses no second time.
    engine._moving -= i - first;
    if (end) module._records(engine._core, handIn(module), waitedMs);
  } while (i < tapes.length);
}
