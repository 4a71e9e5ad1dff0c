/** Deno: the scenarios and what is promised of a process. */
import { join } from "node:path";
import { installed } from "../runtimes/support/install.js";
import { processTests } from "../runtimes/support/processes.js";

processTests({ name: "Deno", command: () => [join(installed("deno"), "node_modules", "deno/deno"), "run", "--allow-all", "--node-modules-dir=manual"] });
