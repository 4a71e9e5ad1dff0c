/**
 * Entries to the console instead of a request: for Workers Logs, tail workers, and every platform that collects what a program prints.
 *
 * Owns: the host that the core is given in the place of the global object, so that what it sends (redacted, with context, as it
 * would leave otherwise) is printed. Tested in `tests/runtimes/workers.test.ts`.
 */

import type { Level } from "../types.js";

/** Which method of the console shows a level. */
const METHODS = { trace: "debug", debug: "debug", info: "info", warn: "warn", error: "error", fatal: "error" } as const;

interface Batch {
  readonly logs: readonly { readonly level: Level }[];
}

/** Prints the entries of a batch: objects where the platform keeps them as such, else a line of JSON each. */
function print(body: Uint8Array, structured: boolean): number {
  const { logs } = JSON.parse(new TextDecoder().decode(body)) as Batch;
  for (const entry of logs) console[METHODS[entry.level] ?? "info"](structured ? entry : JSON.stringify(entry));
  return logs.length;
}

/** The global object of a core that prints. */
export function consoleHost(structured: boolean): object {
  return {
    fetch: async (_: string, { body }: { body: Uint8Array }): Promise<Response> => Response.json({ count: print(body, structured) }),
    setTimeout: (run: () => void, ms: number): unknown => setTimeout(run, ms),
    clearTimeout: (timer: number | undefined): void => clearTimeout(timer),
    Date,
    performance: globalThis.performance,
  };
}
