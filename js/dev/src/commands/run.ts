/**
 * Owns: the collector as a process: what it prints, what follows it (tail, alerts), its end by a signal.
 * Does not own: the collector itself (../server.ts).
 * Invariant: nothing that prints, posts or opens delays an answer to a sender.
 * Tested in: tests/collector/cli.test.ts, tail.test.ts and alert.test.ts.
 */
import { AlertWatch } from "../alerts/watch.js";
import type { RunCommand } from "../args.js";
import { isLoopback } from "../http/host.js";
import type { LiveStore } from "../live.js";
import { startCollector, type Collector } from "../server.js";
import { batchLine, type BatchReport } from "../terminal.js";
import { LineOutput } from "../terminal/output.js";
import { terminalLook } from "../terminal/look.js";
import { Tail } from "../terminal/tail.js";
import { openPage } from "./open.js";
import { fail, messageOf, tell } from "./tell.js";

/** Whoever wants to know that something was stored. */
interface Follower {
  wake(): void;
  close(): void;
}

/** Runs until a signal ends it. */
export async function run(command: RunCommand): Promise<void> {
  const output = new LineOutput(process.stdout);
  const followers: Follower[] = [];
  const { port, host, db, key, maxBytes, maxAgeMs } = command;
  const collector = await startCollector({
    ...{ port, host, db, maxBytes, maxAgeMs },
    ...(key === undefined ? {} : { key }),
    onBatch: batchPrinter(command, output),
    onStored: () => followers.forEach((follower) => follower.wake()),
  });
  followers.push(...followersOf(command, collector, output));
  closeOnSignal(async () => {
    for (const follower of followers) follower.close();
    await collector.close();
  });
  const line = `sapwood-dev listening on ${collector.url}\n`;
  // Whoever reads JSON lines expects nothing else among them.
  if (command.json) process.stderr.write(line);
  else output.write(line);
  if (!isLoopback(host)) process.stderr.write("Whoever can reach this address can read the logs: --key guards only what comes in.\n");
  if (command.open) openPage(collector.url, tell);
}

function followersOf({ tail, json, alerts }: RunCommand, collector: Collector, output: LineOutput): Follower[] {
  const store: LiveStore = { db: collector.db, lastEntry: () => collector.status().cursor };
  const followers: Follower[] = [];
  if (tail !== undefined) {
    const look = json ? null : () => terminalLook(process.stdout, process.env);
    followers.push(new Tail({ store, filter: tail, output, look, tell }));
  }
  if (alerts.length > 0) followers.push(new AlertWatch(store, alerts, tell));
  return followers;
}

/** A line per batch; beside a tail only of those that were refused in part. */
function batchPrinter({ quiet, tail, json }: RunCommand, output: LineOutput): (report: BatchReport) => void {
  if (quiet) return () => {};
  return (report) => {
    if (tail !== undefined && report.faulty === 0) return;
    const line = `${batchLine(report, new Date())}\n`;
    if (json) process.stderr.write(line);
    else output.write(line);
  };
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
