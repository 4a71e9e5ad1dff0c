/**
 * What `offline: "persist"` loads on demand: a core with a journal, and the store that it is kept in.
 *
 * Owns: the instance of that core. Does not own: the store (store.ts), the falling back to the core inside of the package (loader.ts).
 * Shares no code with the entry, or a bundler would make a third file of it. Tested in `tests/browser/persist.test.ts`.
 */

import { coreBytes } from "../generated/journal/bytes.js";
import {
  consent,
  flush,
  initSync,
  listen,
  merge,
  receive,
  records,
  reserve,
  start,
  stat,
  stored,
} from "../generated/journal/sapwood.js";
import type { CoreModule } from "./protocol.js";
import { journal } from "./store.js";

/** Compiles the core in the background. */
export async function load(): Promise<CoreModule> {
  const { memory } = initSync({ module: await WebAssembly.compile(coreBytes()) });
  const module: CoreModule = {
    _memory: memory,
    _consent: consent,
    _flush: flush,
    _listen: listen,
    _merge: merge,
    _receive: receive,
    _records: records,
    _reserve: reserve,
    _start: start,
    _stat: stat,
    _journal: (name, init, call) =>
      journal(name, init, (what, count, bytes) =>
        call((core) => {
          const at = reserve(bytes.length);
          new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
          stored(core, what, count, bytes.length);
        }),
      ),
  };
  return module;
}
