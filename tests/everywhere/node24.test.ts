/** Node 24: the scenarios and what is promised of a process. */
import { join } from "node:path";
import { installed } from "../runtimes/support/install.js";
import { processTests } from "../runtimes/support/processes.js";

processTests({ name: "Node 24", command: () => [join(installed("node24"), "node_modules", "node/bin/node")] });
