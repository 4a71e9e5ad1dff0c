/**
 * Owns: the text of an entry that a search looks at: message, error name, source, tags, flow name, and the keys and values of
 * data and context, however deep.
 * Does not own: how it is looked up (store/where.ts).
 * Invariants: bounded in length; the entry was checked for its depth before.
 * Tested in: tests/collector/search.test.ts.
 */
import { SEARCHED_CHARS_MAX } from "../limits.js";
import type { EntryRow } from "./entry.js";
import type { Fields } from "./fields.js";

/** The parts on lines of their own. */
export function searchedText(row: Pick<EntryRow, "message" | "errorName" | "source" | "flowName">, tags: readonly string[], entry: Fields): string {
  const parts: string[] = [row.message];
  for (const part of [row.errorName, row.source, row.flowName, ...tags]) if (part !== null) parts.push(part);
  let room = SEARCHED_CHARS_MAX - parts.reduce((sum, part) => sum + part.length + 1, 0);
  for (const name of ["data", "context"]) {
    if (room > 0 && Object.hasOwn(entry, name)) room = collect(entry[name], parts, room);
  }
  return parts.join("\n");
}

/** Adds keys and values to `parts`; returns the room that is left. */
function collect(value: unknown, parts: string[], room: number): number {
  if (room <= 0 || value === null || value === undefined || typeof value === "boolean") return room;
  if (typeof value !== "object") {
    const text = String(value).slice(0, room);
    parts.push(text);
    return room - text.length - 1;
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      if (room <= 0) break;
      room = collect(item, parts, room);
    }
    return room;
  }
  for (const key in value) {
    if (room <= 0) break;
    if (!Object.hasOwn(value, key)) continue;
    room = collect(key, parts, room);
    room = collect((value as Fields)[key], parts, room);
  }
  return room;
}
