/**
 * `sapwood/slim`: the façade without a core. Owns: the public names. The application brings the core, compiled from
 * `sapwood/core.wasm` in whatever way its platform and its policy like best. Tested in `tests/package` and `tests/runtimes`.
 */

import { brought, broughtToEdge, create, createServer, isEdge, isProcess, storageClass } from "./shared.js";
import type { LoggerOptions, RootLogger } from "./types.js";

export { type ErrorCode, SapwoodError } from "./error.js";
export type * from "./types.js";

/** The compiled `sapwood/core.wasm`, or a function that gets it: called when the core is wanted, and again after a failure. */
export type CoreSource = WebAssembly.Module | (() => WebAssembly.Module | PromiseLike<WebAssembly.Module>);

/**
 * Makes a logger, as `createLogger` of `sapwood` does where it runs (a page, a process, an edge), over a core that the application brings.
 *
 * @throws SapwoodError when an option is wrong (`code`, `field`).
 *
 * @example
 * const core = () => WebAssembly.compileStreaming(fetch("/assets/core.wasm"));
 * const log = createLogger({ source: "web-shop", endpoint: "/v1/logs" }, core);
 */
export function createLogger(options: LoggerOptions, core: CoreSource): RootLogger {
  if (isEdge()) return broughtToEdge(options, core);
  return isProcess() ? createServer(options, brought(core), storageClass()) : create(options, brought(core));
}
