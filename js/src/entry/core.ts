/**
 * The inlined core, in a file of its own for the entries of servers and for `sapwood/static`. Owns: its compilation, once.
 * Tested in `tests/runtimes` and `tests/packaging`.
 */

import { coreBytes } from "../../generated/bytes.js";
import type { Platform } from "../module.js";
import type { CoreModule, Loader } from "../protocol.js";
import { instance } from "../shared.js";

export { inlined as core } from "../loader.js";

let compiled: WebAssembly.Module | undefined;

/** Where a request is no world of its own, and the console prints text. */
export const platform: Platform = {
  _connect: (host) => instance((compiled ??= new WebAssembly.Module(coreBytes())), host),
  _edge: {},
  _structured: false,
};

let loaded: CoreModule | undefined;
let refusal: unknown;

/** Keeps what was thrown where a policy has refused WebAssembly, as loader.ts does, and throws it. */
function fail(error: unknown): never {
  if (/^(Compile|Eval)E/.test((error as Error).name)) refusal = error;
  throw error;
}

/** This core and no other. A policy that refuses WebAssembly is asked once, because it reports every attempt. */
export const only: Loader = {
  _now(js) {
    if (js) throw new Error("sapwood/static holds no core as JavaScript");
    if (refusal) throw refusal;
    try {
      return (loaded ??= platform._connect());
    } catch (error) {
      return fail(error);
    }
  },
  async _later(js) {
    try {
      if (!js && !refusal) compiled ??= await WebAssembly.compile(coreBytes());
    } catch (error) {
      fail(error);
    }
    return only._now(js);
  },
  _drop() {
    loaded = undefined;
  },
};
