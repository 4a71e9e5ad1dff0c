/**
 * The tape: a flat array on which log calls leave a copy of what they were given, and the walk that copies any value.
 *
 * Owns: the snapshot and its budgets. Does not own: the fields of an entry (entry.ts), the kinds of objects (containers.ts,
 * exotic.ts), MessagePack (writer.ts).
 * Form of a value: a string, finite number, boolean or null as it is; `MAP, count, key, value, …`; `LIST, count, value, …`;
 * a `Uint8Array` is MessagePack already; a `StackOf` becomes a text in `settle`.
 * What is being written is the state of this module: one thing at a time. User code (getters, `toJSON`, proxies) that logs in
 * the midst of it comes in through `record`, which puts the state aside.
 * Invariants: nothing throws but near the end of the stack, and the state is sound even then; a value is copied when `field`
 * returns; strings are kept by reference, for they cannot change.
 * Tested in `tests/facade/values.test.ts`, `hostile.test.ts`, `reentrancy.test.ts`, `stack.test.ts`, `writer.test.ts`.
 */

import { list, map } from "./containers.js";
import { exotic } from "./exotic.js";
import { FIELD_TRUNCATED, FIELDS } from "./protocol.js";
import { jsonOf, read, text } from "./safe.js";
import { StackOf } from "./thrown.js";

export type Tape = unknown[];
/** Opens a map on the tape. */
export const MAP = {};
/** Opens a list on the tape. */
export const LIST = {};
/** Ends an entry on the tape. */
export const END = {};

/** How much of one value is copied. */
export interface Limits {
  readonly maxDataDepth: number;
  readonly maxDataNodes: number;
  readonly maxDataBytes: number;
}

/** What is being written, and how far it is. */
export interface Recording {
  readonly _limits: Limits;
  /** Estimated bytes of what was put on the tape. */
  _size: number;
  /** The first field that did not come through whole: what `strict` throws for. */
  _fault: string | undefined;
  /** What is left of the budgets of the value that is being copied, and whether something was left out of it. */
  _nodes: number;
  _bytes: number;
  _cut: boolean;
  /** The containers that the walk is inside of, outermost first. */
  readonly _path: object[];
}

/** The tape that is being written. */
export let out: Tape;
let now: Recording;

/** Lets `write` write on `tape`; gives what came of it. Throws what `write` throws, and needs no stack to put back what was before. */
export function record(tape: Tape, limits: Limits, write: () => void): Recording {
  const [before, outer] = [now, out];
  const mine: Recording = { _limits: limits, _size: 0, _fault: undefined, _nodes: 0, _bytes: 0, _cut: false, _path: [] };
  now = mine;
  out = tape;
  try {
    write();
  } finally {
    now = before;
    out = outer;
  }
  return mine;
}

/** Notes for `strict` that a field did not come through whole. */
export function blame(name: string | undefined): void {
  now._fault ||= name;
}

/** Notes it on the entry as well. */
export function mark(number: number): void {
  out.push(FIELD_TRUNCATED, number);
  blame(FIELDS[number]);
}

/** Adds to the estimate. */
export function weigh(more: number): void {
  now._size += more;
}

/** Copies `value` as a field of an entry. */
export function field(number: number, value: unknown): void {
  const { maxDataNodes, maxDataBytes, maxDataDepth } = now._limits;
  out.push(number);
  now._nodes = maxDataNodes;
  now._bytes = maxDataBytes;
  now._cut = false;
  put(value, maxDataDepth);
  now._size += maxDataBytes - now._bytes;
  if (now._cut) mark(number);
  // A last string that is too long is cut, and marked, by the writer.
  if (now._bytes < 0) blame(FIELDS[number]);
}

/** Copies one value; `levels` is how many containers may still be opened. */
export function put(value: unknown, levels: number): void {
  if (spent()) {
    out.push("[Truncated]");
    return;
  }
  now._nodes--;
  now._bytes -= 9;
  switch (typeof value) {
    case "string":
      note(value);
      return;
    case "number":
      out.push(value - value === 0 ? value : `${value}`);
      return;
    case "boolean":
      out.push(value);
      return;
    case "object":
      if (value) object(value, levels);
      else out.push(value);
      return;
    case "undefined":
      out.push(null);
      return;
    case "function":
      note(`[Function: ${text(read(value, "name"))}]`);
      return;
    default:
      note(text(value));
  }
}

/** Puts a text on the tape. */
export function note(value: string): void {
  now._bytes -= value.length;
  out.push(value);
}

/** Notes a container that stands too deep. */
export function leftOut(kind: string): void {
  now._cut = true;
  note(`[${kind}]`);
}

/** Is a budget used up? Then the rest is left out. */
export function spent(): boolean {
  return (now._nodes < 1 || now._bytes < 0) && (now._cut = true);
}

/** Copies an object of any kind; what was half copied when it threw is taken back. */
function object(value: object, levels: number): void {
  const start = out.length;
  const path = now._path;
  const depth = path.length;
  if (path.includes(value)) {
    note("[Circular]");
    return;
  }
  path.push(value);
  try {
    const isList = Array.isArray(value);
    const proto: unknown = isList || Object.getPrototypeOf(value);
    if (!isList && proto && proto !== Object.prototype && exotic(value, levels)) {
      // It has a form of its own.
    } else if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
      const json = jsonOf(value as { toJSON(): unknown });
      if (json === value) map(value, levels);
      else put(json, levels);
    } else if (levels < 1) leftOut(isList ? `Array(${value.length})` : "Object");
    else if (isList) list(value, levels);
    else map(value, levels);
  } catch {
    out.length = start;
    note("[Unreadable]");
  }
  // No call, and the whole rest: what ran out of stack further in has left its own there.
  path.length = depth;
}

/** Copies a key and its value; false when a budget is spent, and a note stands in their place. */
export function pair(key: string, item: unknown, levels: number): boolean {
  now._bytes -= key.length;
  if (spent()) return !out.push("…", "[Truncated]");
  out.push(key);
  put(item, levels - 1);
  return true;
}

/** Puts an error's stack on the tape, to be read later: the first read is what costs. */
export function stack(of: StackOf): void {
  out.push(of);
  now._bytes -= 500;
  now._size += 500;
}

/** Reads the stacks that calls left for later. The last user code before a tape is written. */
export function settle(tape: Tape): void {
  tape.forEach((slot, i) => {
    if (slot instanceof StackOf) {
      const value = read(slot._error, "stack");
      tape[i] = typeof value === "string" ? value : null;
    }
  });
}
