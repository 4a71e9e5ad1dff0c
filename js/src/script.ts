/**
 * `sapwood/js`: the same as `sapwood`, over the core as JavaScript and nothing else. Owns: the public names. For service workers whose
 * policy refuses WebAssembly, where nothing can be loaded on demand, and for whoever wants no attempt at it. Tested in
 * `tests/browser/policy.test.ts`.
 */

import { create } from "./create.js";
import { script } from "./entry/core-script.js";
import type { CoreModule, Loader } from "./protocol.js";
import type { LoggerOptions, RootLogger } from "./types.js";

export { type ErrorCode, SapwoodError } from "./error.js";
export type * from "./types.js";

let loaded: CoreModule | undefined;
const now = (): CoreModule => (loaded ??= script());
const loader: Loader = { _now: now, _later: async () => now() };

/**
 * Makes a logger, as `createLogger` of `sapwood` does in a page. In a process (Node) nothing is sent at its end by itself: call `close()`.
 */
export function createLogger(options: LoggerOptions): RootLogger {
  return create(options, loader);
}
