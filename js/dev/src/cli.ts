#!/usr/bin/env node
/**
 * Owns: the process: from the command line to the command, and the exit codes.
 * Exit codes: 0 done or ended by a signal, 1 could not start, read or end, 2 wrong arguments.
 * Tested in: tests/collector/cli.test.ts.
 */
import { parseCommand } from "./args.js";
import { exportStored } from "./commands/export.js";
import { query } from "./commands/query.js";
import { run } from "./commands/run.js";
import { fail, messageOf } from "./commands/tell.js";
import { HELP } from "./help.js";
import { VERSION } from "./version.js";

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
      return fail(`${command.sentence} See sapwood-dev --help.`, 2);
    case "query":
      return query(command);
    case "export":
      return exportStored(command);
    case "run":
      return run(command);
  }
}

// Whoever reads may go away; see commands/pipe.ts and terminal/output.ts for what follows from that.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
main().catch((error: unknown) => fail(messageOf(error), 1));
