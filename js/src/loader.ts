/**
 * How the inlined core becomes a module, and the one as JavaScript where WebAssembly is refused.
 *
 * Owns: the instances of a page. Does not own: the form in which the bytes are inlined (generated, docs/size.md), when the core is
 * wanted (engine.ts).
 * Invariants: a failed load can be tried again, for only a success is kept, and what a policy has refused, because it reports every
 * attempt. Tested in `tests/wasm` and `tests/browser/policy.test.ts`.
 */

import { coreBytes } from "../generated/bytes.js";
import { connect } from "../generated/glue.js";
import type { CoreModule, Loader } from "./protocol.js";

let loaded: CoreModule | undefined;
let script: CoreModule | undefined;
/** What a policy has answered. */
let refusal: unknown;

/** Keeps what was thrown where it is a policy's, and gives it back. */
function keep(error: unknown): unknown {
  // What browsers throw then; a lack of memory is over some time.
  if (/^(Compile|Eval)E/.test((error as Error).name)) refusal = error;
  return error;
}

function instantiate(module: WebAssembly.Module): CoreModule {
  return (loaded = connect((imports) => new WebAssembly.Instance(module, imports).exports));
}

/** The core with a journal is waited for so long, in ms: a line that hangs must not stop what can be sent without. */
const LOAD_MS_MAX = 5_000;
let persistent: Promise<CoreModule | undefined> | undefined;
let withJournal: CoreModule | undefined;

/** The core with a journal, loaded on demand. Where it cannot be had in time, or at all, the one inside of this package serves. */
export const persisted: Loader = {
  _now: (js) => (!js && withJournal) || inlined._now(js),
  _later: async (js) => (!js && !refusal && (await (persistent ||= journalled()))) || inlined._later(js),
  _awaited: () => !withJournal,
  _drop() {
    withJournal = persistent = undefined;
    inlined._drop!();
  },
};

async function journalled(): Promise<CoreModule | undefined> {
  try {
    withJournal = await Promise.race([
      import("./persist.js").then(({ load }) => load(keep)),
      new Promise<undefined>((resolve) => setTimeout(resolve, LOAD_MS_MAX)),
    ]);
  } catch {
    // It could not be loaded.
  }
  if (!withJournal) persistent = undefined;
  return withJournal;
}

/** The core inside of this package. */
export const inlined: Loader = {
  _now(js) {
    let cause = refusal;
    try {
      if (!js && !refusal) return loaded || instantiate(new WebAssembly.Module(coreBytes()));
    } catch (error) {
      cause = keep(error);
    }
    if (script) return script;
    throw cause;
  },
  async _later(js) {
    try {
      if (!js && !refusal) {
        // Another logger may have been faster: the quota of a page is counted in its one instance.
        const module = loaded || (await WebAssembly.compile(coreBytes()));
        return loaded || instantiate(module as WebAssembly.Module);
      }
    } catch (error) {
      keep(error);
    }
    const module = await import("./entry/core-script.js");
    return (script ||= module.script());
  },
  _drop() {
    loaded = script = undefined;
  },
};
