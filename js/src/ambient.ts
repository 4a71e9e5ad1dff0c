/**
 * `withContext` across `await`, where the runtime keeps a value for everything that a function sets off (`AsyncLocalStorage`).
 *
 * Owns: the frames of contexts, and what a logger's scope is inside of them. Does not own: scopes (scope.ts); the plain form, which
 * hands a child to the function and is all that a page gets (logger.ts).
 * Invariants: inside, the logger itself and all below it see the context, outside nobody does; a frame never changes; a chain of frames is
 * bounded (what a timer begins again and again is inside of what set it), past that one frame stands for a logger's outer ones.
 * Tested in `tests/runtimes`, the bound in `ambient.test.ts`.
 */

import { Logger } from "./logger.js";
import { bounded } from "./own.js";
import { type Fragment, node, type Scope } from "./scope.js";

/** So many frames are inside of each other; then those of one logger become one. */
const FRAMES_MAX = 16;
/** So many loggers' frames are kept after that. The outermost are left, for whoever opens so many inside of each other has lost sight of them. */
const LOGGERS_MAX = 64;

/** One call of `withContext` that is under way. */
interface Frame {
  readonly _logger: Logger;
  readonly _own: readonly Fragment[];
  readonly _outer: Frame | undefined;
  /** How many there are, this one included. */
  readonly _depth: number;
  /** The node for it, above that of the logger. */
  _node: Scope | undefined;
}

interface Storage {
  run<T, A extends unknown[]>(store: Frame, fn: (...given: A) => T, ...given: A): T;
  getStore(): Frame | undefined;
}

/** What a runtime may offer. */
export type StorageClass = new () => unknown;

let storage: Storage | undefined;

/** The class of this runtime, asked for without an import of `node:`. */
export function storageClass(): StorageClass | undefined {
  const { AsyncLocalStorage, process } = globalThis as {
    AsyncLocalStorage?: StorageClass;
    process?: { getBuiltinModule?(name: string): { AsyncLocalStorage?: StorageClass } | undefined };
  };
  try {
    return AsyncLocalStorage ?? process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
  } catch {
    return undefined;
  }
}

/** Makes `withContext` reach across `await`, once. */
export function useStorage(Class: StorageClass | undefined): void {
  if (storage || !Class) return;
  const kept = (storage = new Class() as Storage);
  const { _scope } = Logger.prototype;
  const within = (logger: Logger, frame: Frame | undefined): Scope => {
    if (!frame) return _scope.call(logger);
    const up = within(logger, frame._outer);
    if (frame._logger !== logger) return up;
    return frame._node?._up === up ? frame._node : (frame._node = node(frame._own, up));
  };
  Logger.prototype._scope = function (this: Logger) {
    return within(this, kept.getStore());
  };
  Logger.prototype.withContext = function <T>(this: Logger, context: object, fn: (log: Logger) => T): T {
    const child = this.child(context);
    return kept.run(inside(kept.getStore(), this, child._own), fn, child);
  };
}

const frame = (_outer: Frame | undefined, _logger: Logger, _own: readonly Fragment[]): Frame => ({
  _logger,
  _own,
  _outer,
  _depth: (_outer?._depth ?? 0) + 1,
  _node: undefined,
});

/** The frame of a call inside of `outer`. */
function inside(outer: Frame | undefined, logger: Logger, own: readonly Fragment[]): Frame {
  // Between two rounds of merging as many calls again are let in, so that not each one merges.
  if (!outer || outer._depth < FRAMES_MAX || outer._depth % FRAMES_MAX) return frame(outer, logger, own);
  const merged = new Map<Logger, readonly Fragment[]>([[logger, own]]);
  for (let at: Frame | undefined = outer; at; at = at._outer) {
    merged.set(at._logger, [...at._own, ...(merged.get(at._logger) ?? [])]);
  }
  let result: Frame | undefined;
  for (const [one, fragments] of [...merged].slice(0, LOGGERS_MAX).reverse()) {
    // What the core cannot make one of loses its oldest.
    result = frame(result, one, bounded(one._engine, fragments).slice(-FRAMES_MAX));
  }
  return result!;
}
