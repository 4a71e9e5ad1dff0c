/** Bun: the scenarios and what is promised of a process. */
import { join } from "node:path";
import { installed } from "../runtimes/support/install.js";
import { processTests } from "../runtimes/support/processes.js";

processTests({ name: "Bun", command: () => [join(installed("bun"), "node_modules", ".bin/bun"), "run"] });
