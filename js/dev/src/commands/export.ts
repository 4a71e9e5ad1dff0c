/**
 * Owns: `sapwood-dev export`: the stored entries that match, whole, as JSON lines on standard output, oldest first.
 * Tested in: tests/collector/export-command.test.ts.
 */
import type { ExportCommand } from "../args.js";
import { exportChunks } from "../http/export.js";
import { pipeChunks } from "./pipe.js";
import { withStored } from "./stored.js";

/** Runs the command. Throws a sentence for the user. */
export function exportStored({ db: file, filter }: ExportCommand): Promise<void> {
  return withStored(file, (db) => pipeChunks(exportChunks(db, filter), process.stdout));
}
