/** The entry of Node. Owns: the public names. Tested in `tests/package` and `tests/runtimes`. */

import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, SapwoodError } from "../shared.js";
import type { LoggerOptions, RootLogger } from "../types.js";
import { core } from "./core.js";

export { SapwoodError };

export function createLogger(options: LoggerOptions): RootLogger {
  return createServer(options, core, AsyncLocalStorage);
}
