/**
 * How the objects that are no plain ones are copied: dates, maps, sets, errors, typed arrays, boxed primitives and the rest.
 *
 * Owns: the choice of a form by kind. Does not own: the walk and its budgets (tape.ts), the parts of an error (thrown.ts).
 * Invariant: DOM nodes and windows are never walked. Tested in `tests/facade/values.test.ts`.
 */

import { entries, list } from "./containers.js";
import { bareUrl, isError, keysOf, tagOf, text } from "./safe.js";
import { leftOut, note, put, stack } from "./tape.js";
import { partsOf, StackOf } from "./thrown.js";

/** So many elements of a typed array are copied; then its length is noted. */
const TYPED_MAX = 64;
/** No budget is for more values than this, and they need not be asked for. */
const NODES_MAX = 100_001;

/** Copies `value` in the form of its kind; false: it has none, and its own keys are what it means. May throw. */
export function exotic(value: object, levels: number): boolean {
  const tag = tagOf(value);
  const some = value as { window?: unknown; nodeType?: number; byteLength?: number; length?: number; toJSON?: unknown };
  const isMap = value instanceof Map;
  if (value instanceof StackOf) stack(value);
  else if (value instanceof Date) note(isNaN(+value) ? "Invalid Date" : value.toISOString());
  else if (value instanceof URL) note(bareUrl(value.href));
  else if (/^(Number|String|Boolean|BigInt|Symbol)$/.test(tag)) put(value.valueOf(), levels);
  else if (tag === "RegExp") note(text(value));
  else if (some.window === value || some.nodeType! > 0) note(`[${tag}]`);
  else if (some.byteLength! >= 0 && !(some.length! >= 0)) note(`[${tag}(${some.byteLength})]`);
  else if (isError(value) || isMap || value instanceof Set || ArrayBuffer.isView(value)) {
    if (levels < 1) leftOut(tag);
    else if (isMap) entries(value, levels);
    else if (isError(value)) entries(partsOf(value), levels);
    else list(elements(value as Set<unknown>, tag, some.length!), levels);
  } else {
    // A promise, a weak map, a request …: what it holds is out of reach.
    const blank = tag !== "Object" && typeof some.toJSON !== "function" && !keysOf(value).length;
    if (blank) note(`[${tag}]`);
    return blank;
  }
  return true;
}

/** The elements of a set, which need not come to an end by itself, or of a typed array up to a bound. */
function elements(items: Iterable<unknown>, tag: string, length: number): unknown[] {
  const first: unknown[] = [];
  const isLong = length > TYPED_MAX;
  for (const item of items) if (first.push(item) >= (isLong ? TYPED_MAX : NODES_MAX)) break;
  if (isLong) first.push(`[${tag}(${length})]`);
  return first;
}
