/**
 * From the tape to MessagePack records.
 *
 * Owns: the bytes of one hand-over (docs/boundary.md: operations, fields, values). Does not own: when that happens, and what it says
 * (handover.ts).
 * Invariants: no user code runs here, so that one scratch buffer serves every logger of the page: it is begun, filled and handed
 * over without interruption; a string is cut between characters and never in a surrogate pair; lone surrogates become U+FFFD.
 * Tested in `tests/facade/writer.test.ts` against a decoder that nobody here wrote.
 */

import {
  type CoreModule,
  FIELD_CONTEXT,
  FIELD_DATA,
  FIELD_TRUNCATED,
  FIELD_USER,
  OP_ENTRY,
  OP_SCOPE,
} from "./protocol.js";
import { pairsOf, type Scope } from "./scope.js";
import { END, LIST, MAP } from "./tape.js";

/** No string but those inside of `data` and `context` is longer, in bytes: room for the 10,000 characters that the core keeps. */
const TEXT_BYTES_MAX = 32_768;
/** A note such as `[Truncated]` is written even where a budget is spent. */
const NOTE_BYTES = 16;

const encoder = /* @__PURE__ */ new TextEncoder();
let buffer = /* @__PURE__ */ new Uint8Array(65_536);
let view = /* @__PURE__ */ new DataView(buffer.buffer);
/** The end of what is written. */
let end = 0;
/** Which hand-over this is: scopes are numbered anew in each. */
let round = 0;
let scopes = 0;
/** Was a string cut since this was last set to false? */
let cut = false;
/** What did not come through whole of the entry or scope that is being written, a bit a field. */
let marks = 0;

/** Begins a hand-over. */
export function begin(): void {
  end = scopes = 0;
  round++;
}

/** How many bytes are written. */
export function written(): number {
  return end;
}

/** Copies what is written into the core's input buffer; gives its length. */
export function handIn(module: CoreModule): number {
  const at = module._reserve(end);
  new Uint8Array(module._memory.buffer, at, end).set(buffer.subarray(0, end));
  return end;
}

/** Makes room for `more` bytes, and counts them as written; gives where they begin. */
function take(more: number): number {
  const at = end;
  end += more;
  if (end > buffer.length) {
    const old = buffer;
    buffer = new Uint8Array(end * 2);
    view = new DataView(buffer.buffer);
    buffer.set(old);
  }
  return at;
}

function byte(value: number): void {
  const at = take(1);
  buffer[at] = value;
}

/** Writes a marker and a whole number of 32 bits after it. */
function head(marker: number, value: number): void {
  const at = take(5);
  buffer[at] = marker;
  view.setInt32(at + 1, value);
}

/** Writes the characters of a text that is ASCII; false, and nothing of it, when it is not. */
function ascii(value: string): boolean {
  const { length } = value;
  let at = take(length);
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 127) return false;
    buffer[at++] = unit;
  }
  return true;
}

/** Writes a number as its decimal text. */
function decimal(value: number): void {
  const digits = `${value}`;
  byte(0xc7);
  byte(digits.length);
  byte(1);
  ascii(digits);
}

/** Writes a number: whole ones in one byte or in 32 bits, all others in decimal. */
export function num(value: number): void {
  if (value !== value >>> 0) decimal(value);
  else if (value < 128) byte(value);
  else head(0xce, value);
}

/** Writes the head of a string, list or map of `length`, in its short form where that is at most `most`. */
function open(short: number, most: number, long: number, length: number): void {
  if (length > most) head(long, length);
  else byte(short | length);
}

/** Writes a string, cut to `limit` bytes. */
export function str(value: string, limit = TEXT_BYTES_MAX): void {
  const start = end;
  const { length } = value;
  if (length < 64 && length <= limit) {
    // Short and ASCII, as most are: faster than a call of the encoder.
    open(0xa0, 31, 0xdb, length);
    if (ascii(value)) return;
    end = start;
  }
  take(5 + Math.min(length * 3, limit));
  const { read, written } = encoder.encodeInto(value, buffer.subarray(start + 5, end));
  if (read < length) cut = true;
  end = start;
  head(0xdb, written);
  end += written;
}

/** Writes the value at `i` on a tape, its strings cut where they pass `limit` (an address in the buffer); gives the place after it. */
export function value(slots: readonly unknown[], i: number, limit: number): number {
  const slot = slots[i++];
  if (typeof slot === "string") str(slot, Math.max(NOTE_BYTES, limit - end));
  else if (typeof slot === "number") num(slot);
  else if (slot === MAP || slot === LIST) {
    let count = slots[i++] as number;
    if (slot === MAP) open(0x80, 15, 0xdf, count);
    else open(0x90, 15, 0xdd, count);
    while (count--) {
      // Keys are whole, so that no two become one.
      if (slot === MAP) str(slots[i++] as string);
      i = value(slots, i, limit);
    }
  } else if (slot instanceof Uint8Array) {
    const at = take(slot.length);
    buffer.set(slot, at);
  } else byte(slot ? 0xc3 : slot === null ? 0xc0 : 0xc2);
  return i;
}

/** Writes the (field, value) pairs on a tape up to its `END` and which of them were cut; gives the place after it. */
function fields(slots: readonly unknown[], i: number, budget: number): number {
  const at = end;
  let count = 0;
  head(0xce, 0);
  for (let field; i < slots.length && (field = slots[i++] as number | object) !== END; ) {
    if (field === FIELD_TRUNCATED) {
      marks |= 1 << (slots[i++] as number);
      continue;
    }
    const bounded = field === FIELD_DATA || field === FIELD_CONTEXT || field === FIELD_USER;
    count++;
    byte(field as number);
    cut = false;
    i = value(slots, i, end + (bounded ? budget : TEXT_BYTES_MAX));
    if (cut && bounded) marks |= 1 << (field as number);
  }
  if (marks) {
    count++;
    byte(FIELD_TRUNCATED);
    num(marks);
  }
  view.setInt32(at + 1, count);
  return i;
}

/**
 * Writes the entry at `i` on a tape, its data bounded by `budget` bytes, and its scope where this hand-over has not got it yet.
 * Gives the place after it, or 0 when it could not be written, and then nothing of it is.
 */
export function entry(slots: readonly unknown[], i: number, budget: number): number {
  const scope = slots[i + 3] as Scope;
  if (scope._round !== round) {
    scope._round = round;
    scope._number = scopes++;
    marks = 0;
    byte(OP_SCOPE);
    fields(pairsOf(scope), 0, budget);
    scope._marks = marks;
  }
  const start = end;
  try {
    marks = scope._marks;
    byte(OP_ENTRY);
    num(slots[i] as number);
    num(slots[i + 1] as number);
    decimal(slots[i + 2] as number);
    num(scope._number);
    return fields(slots, i + 4, budget);
  } catch {
    end = start;
    return 0;
  }
}
