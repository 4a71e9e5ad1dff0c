/**
 * The core on Cloudflare Workers: a module that the platform compiles when it is deployed, for compiling bytes is refused there.
 * Instantiated at the first need, once for each pool of cores. Tested in `tests/runtimes`.
 */

import module from "./core.wasm";
import { edge, Pool } from "../shared.js";

export const platform = edge(module);
/** The cores of all loggers that are not an event's. */
export const core = new Pool(() => platform._connect(), platform._edge);
