/**
 * How containers are copied: lists, the own pairs of objects, the pairs of maps.
 *
 * Owns: their form on the tape, `MAP` or `LIST` and a count before the values. Does not own: budgets, the choice of a form (tape.ts).
 * Invariant: a container ends at its first value for which there is no budget. Tested in `tests/facade/values.test.ts`.
 */

import { read, text } from "./safe.js";
import { LIST, MAP, out, pair, put, spent } from "./tape.js";

/** Copies the own enumerable pairs. */
export function map(value: object, levels: number): void {
  const at = out.push(MAP, 0) - 1;
  let count = 0;
  for (const key of Object.keys(value)) {
    const item = read(value, key);
    if (item !== undefined) {
      count++;
      if (!pair(key, item, levels)) break;
    }
  }
  out[at] = count;
}

/** Copies pairs; their keys become strings. */
export function entries(pairs: Iterable<readonly [unknown, unknown]>, levels: number): void {
  const at = out.push(MAP, 0) - 1;
  let count = 0;
  for (const [key, item] of pairs) {
    count++;
    if (!pair(text(key), item, levels)) break;
  }
  out[at] = count;
}

export function list(items: readonly unknown[], levels: number): void {
  const at = out.push(LIST, 0) - 1;
  let count = 0;
  for (let last = false; count < items.length && !last; ) {
    last = spent();
    put(read(items, count++), levels - 1);
  }
  out[at] = count;
}
