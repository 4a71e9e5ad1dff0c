/**
 * The subset of MessagePack in which values cross (docs/boundary.md), written into one scratch buffer.
 *
 * Owns: the buffer, the forms of numbers, strings and heads. Does not own: what is written, and when (writer.ts).
 * Invariants: no user code runs between the beginning of a hand-over and its end, so that one buffer serves every logger of the
 * page; a string is cut between characters and never in a surrogate pair; lone surrogates become U+FFFD.
 * Tested in `tests/facade/writer.test.ts` against a decoder that nobody here wrote.
 */

import type { CoreModule } from "./protocol.js";

/** No string but those inside of `data` and `context` is longer, in bytes: room for the 10,000 characters that the core keeps. */
export const TEXT_BYTES_MAX = 32_768;
const encoder = /* @__PURE__ */ new TextEncoder();
let buffer = /* @__PURE__ */ new Uint8Array(65_536);
let view = /* @__PURE__ */ new DataView(buffer.buffer);
/** The end of what is written. */
export let end = 0;
let cut = false;

/** Was a string cut since this was last asked? */
export function wasCut(): boolean {
  const was = cut;
  cut = false;
  return was;
}

/** Goes back to `to`, or to the beginning of a hand-over. */
export function rewind(to = 0): void {
  end = to;
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

export function byte(value: number): void {
  const at = take(1);
  buffer[at] = value;
}

/** Writes a whole number of 32 bits in the place of another. */
export function replace(at: number, value: number): void {
  view.setInt32(at, value);
}

/** Writes a marker and a whole number of 32 bits after it. */
export function head(marker: number, value: number): void {
  const at = take(5);
  buffer[at] = marker;
  replace(at + 1, value);
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
export function decimal(value: number): void {
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

/** Writes a string, cut to `limit` bytes. */
export function str(value: string, limit = TEXT_BYTES_MAX): void {
  const { length } = value;
  const start = end;
  const text = take(5) + 5;
  // Short and ASCII, as most are: faster than a call of the encoder.
  if (length > 63 || length > limit || !ascii(value)) {
    end = text;
    take(Math.min(length * 3, limit));
    const { read, written } = encoder.encodeInto(value, buffer.subarray(text, end));
    if (read < length) cut = true;
    end = text + written;
  }
  buffer[start] = 0xdb;
  replace(start + 1, end - text);
}

/** Writes what is MessagePack already. */
export function raw(bytes: Uint8Array): void {
  const at = take(bytes.length);
  buffer.set(bytes, at);
}
