/** The core on Vercel's edge: as on Workers, with the mark by which its bundlers know a module. Tested in `tests/package`. */

import module from "./core.wasm?module";
import { edge } from "../shared.js";

export const platform = edge(module);
/** The cores of all loggers: of events and of modules. */
export const core = platform._pool;
