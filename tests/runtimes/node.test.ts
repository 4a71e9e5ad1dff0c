/** Node: the one that runs the tests. Others, Deno and Bun: `tests/everywhere`. */
import { processTests } from "./support/processes.js";

processTests({ name: "Node, the installed one", command: () => [process.execPath] });
