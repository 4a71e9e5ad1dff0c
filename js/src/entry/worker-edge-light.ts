/** `sapwood/worker` where the core is a module. Owns: the public names. Tested in `tests/runtimes/workers.test.ts`. */

import { SapwoodError } from "../shared.js";
import type { WithSapwood } from "../worker.js";
import { wrapper } from "../worker/with-sapwood.js";
import { platform } from "./core-edge-light.js";

export { SapwoodError };

export const withSapwood: WithSapwood = wrapper(platform);
