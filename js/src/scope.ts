/**
 * What rides on every entry of a logger: user, session, tags, context, flow.
 *
 * Owns: the immutable nodes that calls capture by reference, and how a chain of them reads as one. Does not own: setters (logger.ts),
 * the deep merge of context (the core's).
 * Invariants: a node never changes after a call has captured it; outer layers stand first, so that the core lets the inner win,
 * `null` included. Tested in `tests/facade/scope.test.ts`.
 */

import { FIELD_TAGS } from "./protocol.js";
import { LIST } from "./tape.js";

/** One field and its value, as they stand on a tape. */
export type Fragment = readonly unknown[];

/** One logger's state at one time, with its parent's at that time. */
export interface Scope {
  /** What the logger itself sets. Replaced, never changed. */
  readonly _own: readonly Fragment[];
  readonly _up: Scope | undefined;
  /** The union of the chain's tags, outermost first. */
  readonly _tags: readonly string[];
}

/** Both lists' tags, each once. */
export function unite(first: readonly string[], second: readonly string[]): string[] {
  return [...new Set([...first, ...second])];
}

/** A node for what a logger itself sets, below its parent's. */
export function node(own: readonly Fragment[], up: Scope | undefined): Scope {
  const tags = own.find(([field]) => field === FIELD_TAGS) as [number, object, number, ...string[]] | undefined;
  const outer = up?._tags ?? [];
  const all = tags ? unite(outer, tags.slice(3, 3 + tags[2]) as string[]) : outer;
  return { _own: own, _up: up, _tags: all };
}

/** The (field, value) pairs of a chain of nodes, outermost first. */
export function pairsOf(scope: Scope): unknown[] {
  const { length } = scope._tags;
  const own: (readonly Fragment[])[] = [];
  for (let node: Scope | undefined = scope; node; node = node._up) own.push(node._own);
  // The union of the chain's tags stands last, for the last one counts.
  return own.reverse().flat(2).concat(FIELD_TAGS, length ? [LIST, length, ...scope._tags] : [null]);
}
