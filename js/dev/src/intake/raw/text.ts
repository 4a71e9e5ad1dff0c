/**
 * Owns: `?format=text`: one entry a line; a time and a word for the level at its beginning are taken from it.
 * Tested in: tests/collector/raw.test.ts.
 */
import { levelOf, linesOf, makeEntry, timeOf } from "./make.js";
import type { Defaults, RawEntry } from "./raw.js";

// Anchored and without nested repetition: their time is linear in the line.
const TIME = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?|\d{1,2}\/\d{1,2}\/\d{4} \d\d:\d\d:\d\d)\]?[ \t]+/;
const LEVEL = /^[[<(]?([A-Za-z]{3,13})[\])>]?(?::|-|\||[ \t])[ \t]*/;

/** One entry a line. */
export function* readText(text: string, defaults: Defaults): Generator<RawEntry> {
  for (const [line, index] of linesOf(text)) yield { entry: lineEntry(line, defaults), path: [index] };
}

/** One line as an entry. What is not recognised is part of the message. */
export function lineEntry(line: string, defaults: Defaults): unknown {
  let message = line;
  const timeMatch = TIME.exec(message);
  const timestamp = timeMatch === null ? undefined : timeOf(timeMatch[1]);
  if (timeMatch !== null && timestamp !== undefined) message = message.slice(timeMatch[0].length);
  const levelMatch = LEVEL.exec(message);
  const level = levelMatch === null ? undefined : levelOf(levelMatch[1]);
  if (levelMatch !== null && level !== undefined) message = message.slice(levelMatch[0].length);
  return makeEntry({ message: message === "" ? line : message, level, timestamp }, defaults);
}
