/** The entry of Vercel's edge. Owns: the public names. Tested in `tests/package` and `tests/runtimes`. */

import { createEdge, SapwoodError } from "../shared.js";
import type { LoggerOptions, RootLogger } from "../types.js";
import { core } from "./core-edge-light.js";

export { SapwoodError };

export function createLogger(options: LoggerOptions): RootLogger {
  return createEdge(options, core);
}
