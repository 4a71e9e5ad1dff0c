/**
 * How the inlined core becomes a module.
 *
 * Owns: the one instance of a page. Does not own: the form in which the bytes are inlined (generated, docs/size.md), when the core is
 * wanted (engine.ts).
 * Invariant: only a success is kept, so that a failure can be tried again. Tested in `tests/wasm`.
 */

import { coreBytes } from "../generated/bytes.js";
import { consent, flush, initSync, listen, merge, receive, records, reserve, start, stat } from "../generated/sapwood.js";
import type { CoreModule, Loader } from "./protocol.js";

let loaded: CoreModule | undefined;

function instantiate(module: WebAssembly.Module): CoreModule {
  const { memory } = initSync({ module });
  return (loaded = {
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
  });
}

let persistent: Promise<CoreModule | undefined> | undefined;
let withJournal: CoreModule | undefined;

/** The core with a journal, loaded on demand. Where it cannot be had in time, or at all, the one inside of this package serves. */
export const persisted: Loader = {
  _now: () => withJournal || inlined._now(),
  _later: async () => (await awaited()) || inlined._later(),
  _awaited: () => (withJournal ? undefined : awaited()),
};

function awaited(): Promise<CoreModule | undefined> {
  return (persistent ||= import("./persist.js")
    .then(({ load }) => load())
    .then(
      (module) => (withJournal = module),
      () => undefined,
    ));
}

/** The core inside of this package. */
export const inlined: Loader = {
  _now: () => loaded || instantiate(new WebAssembly.Module(coreBytes())),
  _later: async () => loaded || instantiate(await WebAssembly.compile(coreBytes())),
};
