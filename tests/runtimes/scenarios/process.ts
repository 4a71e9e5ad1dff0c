/** The scenarios in a process: Node, Deno, Bun. The last argument is the endpoint; the outcomes are printed as JSON. */
import { createLogger } from "sapwood";
import { runScenarios } from "./scenarios.js";

const { process } = globalThis as unknown as { process: { argv: string[] } };
console.log(JSON.stringify(await runScenarios(createLogger, process.argv.at(-1)!)));
