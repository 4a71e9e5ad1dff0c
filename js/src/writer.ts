/**
 * From the tape to the records of one hand-over (docs/boundary.md: operations, fields).
 *
 * Owns: the order of operations and fields, the numbers of scopes. Does not own: the bytes (msgpack.ts), when a hand-over happens and
 * what else it says (handover.ts).
 * Invariants: an entry is written whole or not at all; each scope is written once in a hand-over, before its first entry.
 * Tested in `tests/facade/writer.test.ts`.
 */

import { byte, decimal, end, head, num, raw, replace, rewind, str, TEXT_BYTES_MAX, wasCut } from "./msgpack.js";
import {
  FIELD_CONTEXT,
  FIELD_DATA,
  FIELD_TRUNCATED,
  FIELD_USER,
  OP_ENTRY,
  OP_SCOPE,
} from "./protocol.js";
import { pairsOf, type Scope } from "./scope.js";
import { LIST, MAP, type Tape } from "./tape.js";

/** A note such as `[Truncated]` is written even where a budget is spent. */
const NOTE_BYTES = 16;

/** The numbers of the scopes that were written in this hand-over. */
let scopes: Map<Scope, number>;

/** Begins a hand-over. */
export function begin(): void {
  rewind();
  scopes = new Map();
}

/** Writes the value at `i` on a tape, its strings cut where they pass `limit` (an address in the buffer); gives the place after it. */
export function value(slots: readonly unknown[], i: number, limit: number): number {
  const slot = slots[i++];
  if (typeof slot === "string") str(slot, Math.max(NOTE_BYTES, limit - end));
  else if (typeof slot === "number") num(slot);
  else if (slot === MAP || slot === LIST) {
    let count = slots[i++] as number;
    head(slot === MAP ? 0xdf : 0xdd, count);
    while (count--) {
      // Keys are whole, so that no two become one.
      if (slot === MAP) str(slots[i++] as string);
      i = value(slots, i, limit);
    }
  } else if (slot instanceof Uint8Array) raw(slot);
  else byte(slot ? 0xc3 : slot === null ? 0xc0 : 0xc2);
  return i;
}

/** Writes the (field, value) pairs on a tape from `i` on, and which of them were cut. */
function fields(slots: readonly unknown[], i: number, budget: number): void {
  const at = end;
  let count = 0;
  /** What did not come through whole, a bit a field. */
  let marks = 0;
  head(0xce, 0);
  while (i < slots.length) {
    const field = slots[i++] as number;
    if (field === FIELD_TRUNCATED) {
      marks |= 1 << (slots[i++] as number);
      continue;
    }
    const bounded = field === FIELD_DATA || field === FIELD_CONTEXT || field === FIELD_USER;
    count++;
    byte(field);
    i = value(slots, i, end + (bounded ? budget : TEXT_BYTES_MAX));
    if (wasCut() && bounded) marks |= 1 << field;
  }
  if (marks) {
    count++;
    byte(FIELD_TRUNCATED);
    num(marks);
  }
  replace(at + 1, count);
}

/**
 * Writes the entry on a tape, its data bounded by `budget` bytes, and its scope where this hand-over has not got it yet; false when it
 * could not be written, and then nothing of it is. `shift`: what the core's sequence numbers are ahead.
 */
export function entry(slots: Tape, budget: number, shift = 0): boolean {
  const [seq, severity, timestamp, scope] = slots as [number, number, number, Scope];
  let start = end;
  try {
    if (!scopes.has(scope)) {
      byte(OP_SCOPE);
      fields(pairsOf(scope), 0, budget);
      scopes.set(scope, scopes.size);
      start = end;
    }
    byte(OP_ENTRY);
    num(seq + shift);
    num(severity);
    decimal(timestamp);
    num(scopes.get(scope)!);
    fields(slots, 4, budget);
    return true;
  } catch {
    rewind(start);
    return false;
  }
}
