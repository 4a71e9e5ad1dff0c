/**
 * The core on Cloudflare Workers: a module that the platform compiles when it is deployed, for compiling bytes is refused there.
 * Instantiated once an isolate, at the first need. Tested in `tests/runtimes`.
 */

import module from "./core.wasm";
import { edge, edgeLoader } from "../shared.js";

export const platform = edge(module);
export const core = edgeLoader(platform);
