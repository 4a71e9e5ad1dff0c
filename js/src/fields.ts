/**
 * The fields that a call may set beside its message and data, and what is taken for each.
 *
 * Owns: kinds and lengths of the fields. Does not own: cutting (the core's), the names (protocol.ts).
 * Invariant: what has the wrong kind is left out and named. Tested in `tests/facade/entry.test.ts` and `strict.test.ts`.
 */

import { FIELD_STEP_INDEX, FIELD_TAGS, FIELDS } from "./protocol.js";
import { text } from "./safe.js";
import { type Scope, unite } from "./scope.js";
import { blame, LIST, mark, out, weigh } from "./tape.js";

export const MESSAGE_MAX = 10_000;
export const STEP_MAX = 1000;
/** Where these stand on the tape of an entry. */
export const TIMESTAMP_SLOT = 2;
const SCOPE_SLOT = 3;
const TAGS_MAX = 20;
const TAG_MAX = 50;
/** The longest text that the core keeps of a field, in UTF-16 units, by field number; 0: the field is no text. */
const LENGTHS = [MESSAGE_MAX, 0, 0, 100, 100, 100, 0, 200, 10_000, 50, 0, 0, 50, 0, 0, 100, 100, 100, 100, 10];

/** Puts a text field on the tape, from whatever can be read as text. */
export function textField(field: number, value: unknown): void {
  const kind = typeof value;
  if (kind === "string" || kind === "number" || kind === "bigint" || kind === "boolean") {
    const string = text(value);
    out.push(field, string);
    weigh(string.length);
    // Cut and marked by the core; `strict` wants to know now.
    if (string.length > LENGTHS[field]!) blame(FIELDS[field]);
  } else mark(field);
}

/**
 * Puts a list of tags on the tape, after those of `base`, and enough of it to show the core that it has to cut.
 * May throw where the list does.
 */
export function tagList(value: unknown, base: readonly string[] = []): void {
  const list: unknown[] | false = Array.isArray(value) && value.slice(0, TAGS_MAX + 1);
  if (list) {
    const tags = list.filter((tag) => typeof tag === "string");
    const all = unite(base, tags.map((tag) => tag.slice(0, TAG_MAX + 2)));
    out.push(FIELD_TAGS, LIST, all.length, ...all);
    if (tags.length === list.length && tags.length <= TAGS_MAX && tags.every((tag) => tag.length <= TAG_MAX)) return;
  }
  mark(FIELD_TAGS);
}

/** Puts the option `name` of a call on the tape of its entry. May throw where the value does. */
export function optionField(name: string, value: unknown): void {
  const field = FIELDS.indexOf(name);
  if (field === FIELD_TAGS) tagList(value, (out[SCOPE_SLOT] as Scope)._tags);
  else if (LENGTHS[field]) textField(field, value);
  else if (field === FIELD_STEP_INDEX && Number.isInteger(value)) {
    out.push(field, value);
    if ((value as number) < 0 || (value as number) > STEP_MAX) blame(name);
  } else if (name === "timestamp" && (typeof value === "number" || value instanceof Date) && +value >= 0 && +value <= 8.64e15) {
    out[TIMESTAMP_SLOT] = Math.floor(+value);
  } else if (field < 0) blame(name);
  else mark(field);
}
