/**
 * The core on Cloudflare Workers: a module that the platform compiles when it is deployed, for compiling bytes is refused there.
 * Instantiated at the first need, once in an isolate. Tested in `tests/runtimes`.
 */

import module from "./core.wasm";
import { edge } from "../shared.js";

export const platform = edge(module);
/** The cores of all loggers: of events and of modules. */
export const core = platform._pool;
