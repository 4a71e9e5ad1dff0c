/** The core on Vercel's edge: as on Workers, with the mark by which its bundlers know a module. Tested in `tests/package`. */

import module from "./core.wasm?module";
import { edge, edgeLoader } from "../shared.js";

export const platform = edge(module);
export const core = edgeLoader(platform);
