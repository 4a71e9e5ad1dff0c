/**
 * Taking errors apart.
 *
 * Owns: which parts of an error are kept, and under which keys. Does not own: the fields `errorName` and `errorStack` (entry.ts),
 * the walk (tape.ts), which cuts cause chains by its own depth and cycle checks.
 * Invariants: nothing throws; name and message are read at the call, the stack at the drain.
 * Tested in `tests/facade/entry.test.ts`.
 */

import { keysOf, read, tagOf, text } from "./safe.js";

/** The subjects of entries that were kept: what a listener of the page sees afterwards is no second entry. */
export const seen = /* @__PURE__ */ new WeakSet<object>();

/** Stands for an error's stack text on its way to the tape. */
export class StackOf {
  readonly _error: object;

  constructor(error: object) {
    this._error = error;
  }
}

type Parts = Map<string, unknown>;

/** Adds what `owner` has of its own under keys that are not taken. */
function addOwn(parts: Parts, owner: object): Parts {
  for (const key of keysOf(owner)) {
    const value = read(owner, key);
    if (value !== undefined && !parts.has(key)) parts.set(key, value);
  }
  return parts;
}

/** The parts of an error: name, message, stack, cause, the errors of an AggregateError, its own properties. */
export function partsOf(error: object): Parts {
  const parts: Parts = new Map([["name", text(read(error, "name"))]]);
  parts.set("message", text(read(error, "message"))).set("stack", new StackOf(error));
  for (const key of ["cause", "errors"]) {
    const value = read(error, key);
    if (value !== undefined) parts.set(key, value);
  }
  return addOwn(parts, error);
}

/**
 * The `data` of an entry whose subject is `error`: its parts but name and stack, which are fields, and beside them what the
 * caller gave. Where both have a key, the error's stands.
 */
export function dataOf(error: object, extra: unknown): Parts {
  const parts = partsOf(error);
  parts.delete("name");
  parts.delete("stack");
  if (tagOf(extra) === "Object") return addOwn(parts, extra as object);
  return extra === undefined ? parts : parts.set("data", extra);
}
