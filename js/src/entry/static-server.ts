/** `sapwood/static` on servers. Owns: the public names. Tested in `tests/packaging/esbuild.test.ts`. */

import { createServer, SapwoodError, storageClass } from "../shared.js";
import type { StaticOptions } from "../static.js";
import type { RootLogger } from "../types.js";
import { only } from "./core.js";

export { SapwoodError };

export function createLogger(options: StaticOptions): RootLogger {
  return createServer(options, only, storageClass());
}
