#!/usr/bin/env node
/**
 * Owns: the process: exit codes, signals, and what is printed before and after the server's life.
 * Exit codes: 0 ended by a signal, 1 could not start or end, 2 wrong arguments.
 * Tested in: tests/collector/cli.test.ts.
 */
import { HELP, parseCommand } from "./args.js";
import { isLoopback } from "./http/host.js";
import { startCollector } from "./server.js";
import { VERSION } from "./version.js";
import { visible } from "./visible.js";

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  switch (command.kind) {
    case "help":
      process.stdout.write(HELP);
      return;
    case "version":
      process.stdout.write(`${VERSION}\n`);
      return;
    case "wrong":
      fail(`${command.sentence} See sapwood-dev --help.`, 2);
      return;
    case "run": {
      const { key, ...rest } = command;
      const collector = await startCollector(key === undefined ? rest : { ...rest, key });
      process.stdout.write(`sapwood-dev listening on ${collector.url}\n`);
      if (!isLoopback(command.host)) process.stderr.write("Whoever can reach this address can read the logs: --key guards only what comes in.\n");
      closeOnSignal(() => collector.close());
    }
  }
}

/** Ends the process cleanly at the first SIGINT or SIGTERM; a second one finds the work already under way. */
function closeOnSignal(close: () => Promise<void>): void {
  let closing = false;
  const end = (): void => {
    if (closing) return;
    closing = true;
    close().then(() => process.exit(0), (error: unknown) => fail(messageOf(error), 1));
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}

function fail(sentence: string, code: number): void {
  process.stderr.write(`sapwood-dev: ${visible(sentence)}\n`);
  process.exit(code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Whoever read the lines may go away (`| head`, a closed terminal); the collector goes on without them.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
main().catch((error: unknown) => fail(messageOf(error), 1));
