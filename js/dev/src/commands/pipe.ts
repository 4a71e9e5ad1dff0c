/**
 * Owns: writing much to standard output at the pace of whoever reads it.
 * Invariants: at most one chunk waits in memory; a reader that goes away (`| head`) ends the work without a word.
 * Tested in: tests/collector/export-command.test.ts.
 */
import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes the chunks, each made when there is room for it. */
export async function pipeChunks(chunks: Iterable<string>, stream: Writable): Promise<void> {
  let gone = false;
  let failure: unknown;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    gone = true;
    if (error.code !== "EPIPE") failure = error;
  });
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), once(stream, "close")]).catch(() => {});
    if (gone) break;
  }
  // Standard output is not ended, and only its callback says that all is out.
  if (!gone) await new Promise<void>((resolve) => stream.write("", () => resolve()));
  if (failure !== undefined) throw failure;
}
