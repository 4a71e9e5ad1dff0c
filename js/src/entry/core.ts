/**
 * The inlined core, in a file of its own for the entries of servers. Owns: its compilation, once. Tested in `tests/runtimes`.
 */

import { coreBytes } from "../../generated/bytes.js";
import type { Platform } from "../module.js";
import { instance } from "../shared.js";

export { inlined as core } from "../loader.js";

let compiled: WebAssembly.Module | undefined;

/** Where a request is no world of its own, and the console prints text. */
export const platform: Platform = {
  _connect: (host) => instance((compiled ??= new WebAssembly.Module(coreBytes())), host),
  _edge: {},
  _structured: false,
};
