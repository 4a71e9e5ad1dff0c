/**
 * `sapwood/static`: the same as `sapwood`, with the core inside and nothing that is loaded on demand. Owns: the public names. For bundles
 * of one file, into which a bundler would put the cores that `sapwood` loads on demand as well (docs/size.md): IIFE formats, content
 * scripts, web workers, esbuild without splitting. On servers it is `entry/static-server.ts`. Tested in `tests/packaging`.
 */

import { only } from "./entry/core.js";
import { create } from "./shared.js";
import type { LoggerOptions, RootLogger } from "./types.js";

export { type ErrorCode, SapwoodError } from "./error.js";
export type * from "./types.js";

/** The options of `createLogger`, but for those that load another core on demand. */
export type StaticOptions = Omit<LoggerOptions, "core" | "offline">;

/**
 * Makes a logger, as `createLogger` of `sapwood` does. Where a policy refuses WebAssembly it has no core: it says so, as `core_unavailable`,
 * and counts what it cannot hold; `sapwood/js` is for such pages.
 *
 * @throws SapwoodError when an option is wrong (`code`, `field`).
 *
 * @example
 * const log = createLogger({ source: "web-shop", endpoint: "https://logs.example.com/v1/logs" });
 */
export function createLogger(options: StaticOptions): RootLogger {
  return create(options, only);
}
