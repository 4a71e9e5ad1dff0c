/** The entry of Deno and Bun. Owns: the public names. Tested in `tests/package` and `tests/runtimes`. */

import { createServer, SapwoodError, storageClass } from "../shared.js";
import type { LoggerOptions, RootLogger } from "../types.js";
import { core } from "./core.js";

export { SapwoodError };

export function createLogger(options: LoggerOptions): RootLogger {
  return createServer(options, core, storageClass());
}
