/**
 * Owns: how entries look on a given stream: its width and whether it shows colours.
 * Tested in: tests/collector/tail-lines.test.ts.
 */
import type { WriteStream } from "node:tty";
import { painter, wantsColour } from "./colour.js";
import type { Look } from "./entry-lines.js";

/** Terminals narrower than this are written to as if they were this wide. */
const COLUMNS_MIN = 20;

/** The look for a stream as it is now. Only a terminal has a width. */
export function terminalLook(stream: Partial<Pick<WriteStream, "isTTY" | "columns">>, environment: Readonly<Record<string, string | undefined>>): Look {
  const isTty = stream.isTTY === true;
  const width = isTty && stream.columns !== undefined && stream.columns > 0 ? Math.max(COLUMNS_MIN, stream.columns) : Infinity;
  return { paint: painter(wantsColour(isTty, environment)), width };
}
