/**
 * Owns: waiting until a stream takes more.
 * Tested in: tests/collector/export-command.test.ts and export-api.test.ts.
 */
import type { Writable } from "node:stream";

/** Resolves when the stream has room again or takes nothing any more. Leaves no listener behind. */
export function untilRoom(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const events = ["drain", "close", "error"] as const;
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    if (stream.destroyed || !stream.writableNeedDrain) resolve();
    else for (const event of events) stream.on(event, done);
  });
}
