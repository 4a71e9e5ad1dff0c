/**
 * What `offline: "persist"` loads on demand: a core with a journal, and the store that it is kept in.
 *
 * Owns: the instances of that core. Does not own: the store (store.ts), the falling back to the core inside of the package (loader.ts).
 * Shares no code with the entry, or a bundler would make a third file of it. Tested in `tests/browser/persist.test.ts`.
 */

import { coreBytes } from "../generated/journal/bytes.js";
import { connect } from "../generated/journal/glue.js";
import type { CoreModule } from "./protocol.js";
import { storeName } from "./store-name.js";
import { journal } from "./store.js";

/** Compiles the core in the background. `refused` hears of a page where WebAssembly is not to be had. */
export async function load(refused: (cause: unknown) => void): Promise<CoreModule | undefined> {
  let compiled: WebAssembly.Module;
  try {
    compiled = await WebAssembly.compile(coreBytes());
  } catch (cause) {
    refused(cause);
    return undefined;
  }
  const module = connect((imports) => new WebAssembly.Instance(compiled, imports).exports);
  const { _memory, _reserve, _stored } = module;
  return {
    ...module,
    _journal: (url, key, init, call) =>
      journal(storeName(url, key), url, init, (what, spent, bytes) =>
        call((core) => {
          const at = _reserve(bytes.length);
          new Uint8Array(_memory.buffer, at, bytes.length).set(bytes);
          _stored!(core, what, spent, bytes.length);
        }),
      ),
  };
}
