/**
 * A tape: a flat array on which a log call leaves a copy of what it was given, and the walk that copies any value.
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

/** How much of one value is copied. */
export interface Limits {
  readonly maxDataDepth: number;
  readonly maxDataNodes: number;
  readonly maxDataBytes: number;
}

const NONE: Tape = [];

/** The tape that is being written. */
export let out = NONE;
let limits: Limits;
/** The first field that did not come through whole: what `strict` throws for. */
let fault: string | undefined;
/** Estimated bytes of what was put on the tape. */
let size = 0;
/** What is left of the budgets of the value that is being copied, and whether something was left out of it. */
let nodes = 0;
let bytes = 0;
let cut = false;
/** The containers that the walk is inside of, outermost first. */
let path: object[] = [];

/** What the last `record` came to: its `fault` and its `size`. */
export let found: string | undefined;
export let weight = 0;

/** Lets `write` write on `tape`. Throws what it throws; what was being written before goes on afterwards. */
export function record(tape: Tape, bounds: Limits, write: () => void): void {
  const outer = [out, limits, fault, size, nodes, bytes, cut, path] as const;
  if (out !== NONE) path = [];
  out = tape;
  limits = bounds;
  fault = undefined;
  size = 0;
  try {
    write();
  } finally {
    found = fault;
    weight = size;
    [out, limits, fault, size, nodes, bytes, cut, path] = outer;
  }
}

/** Notes for `strict` that a field did not come through whole. */
export function blame(name: string | undefined): void {
  fault ||= name;
}

/** Notes it on the entry as well. */
export function mark(number: number): void {
  out.push(FIELD_TRUNCATED, number);
  blame(FIELDS[number]);
}

/** Adds to the estimate. */
export function weigh(more: number): void {
  size += more;
}

/** Copies `value` as a field of an entry. */
export function field(number: number, value: unknown): void {
  const { maxDataNodes, maxDataBytes, maxDataDepth } = limits;
  out.push(number);
  nodes = maxDataNodes;
  bytes = maxDataBytes;
  cut = false;
  put(value, maxDataDepth);
  size += maxDataBytes - bytes;
  if (cut) mark(number);
  // A last string that is too long is cut, and marked, by the writer.
  if (bytes < 0) blame(FIELDS[number]);
}

/** Copies one value; `levels` is how many containers may still be opened. */
export function put(value: unknown, levels: number): void {
  if (spent()) {
    out.push("[Truncated]");
    return;
  }
  nodes--;
  bytes -= 9;
  const kind = typeof value;
  if (kind === "string") note(value as string);
  else if (kind === "object" && value) object(value, levels);
  else if (kind === "function") note(`[Function: ${text(read(value as object, "name"))}]`);
  else if (kind === "boolean" || Number.isFinite(value)) out.push(value);
  else if (value === undefined || value === null) out.push(null);
  else note(text(value));
}

/** Puts a text on the tape. */
export function note(value: string): void {
  bytes -= value.length;
  out.push(value);
}

/** Notes a container that stands too deep. */
export function leftOut(kind: string): void {
  cut = true;
  note(`[${kind}]`);
}

/** Is a budget used up? Then the rest is left out. */
export function spent(): boolean {
  return (nodes < 1 || bytes < 0) && (cut = true);
}

/** Copies an object of any kind; what was half copied when it threw is taken back. */
function object(value: object, levels: number): void {
  const start = out.length;
  if (path.length && path.includes(value)) {
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
  } finally {
    path.pop();
  }
}

/** Copies a key and its value; false when a budget is spent, and a note stands in their place. */
export function pair(key: string, item: unknown, levels: number): boolean {
  bytes -= key.length + 1;
  if (spent()) return !out.push("…", "[Truncated]");
  out.push(key);
  put(item, levels - 1);
  return true;
}

/** Puts an error's stack on the tape, to be read later: the first read is what costs. */
export function stack(of: StackOf): void {
  out.push(of);
  bytes -= 500;
  size += 500;
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
