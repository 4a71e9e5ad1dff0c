/** The core on Vercel's edge: as on Workers, with the mark by which its bundlers know a module. Tested in `tests/package`. */

import module from "./core.wasm?module";
import { edge, Pool } from "../shared.js";

export const platform = edge(module);
/** The cores of all loggers that are not an event's. */
export const core = new Pool(() => platform._connect(), platform._edge);
