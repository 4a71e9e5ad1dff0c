/** Node 22: the scenarios and what is promised of a process. */
import { join } from "node:path";
import { installed } from "../runtimes/support/install.js";
import { processTests } from "../runtimes/support/processes.js";

processTests({ name: "Node 22", command: () => [join(installed("node22"), "node_modules", "node/bin/node")] });
