/**
 * `withContext` across `await`, where the runtime keeps a value for everything that a function sets off (`AsyncLocalStorage`).
 *
 * Owns: the frames of contexts, and what a logger's scope is inside of them. Does not own: scopes (scope.ts); the plain form, which
 * hands a child to the function and is all that a page gets (logger.ts).
 * Invariants: inside, the logger itself and all below it see the context, outside nobody does; a frame never changes.
 * Tested in `tests/runtimes`.
 */

import { Logger } from "./logger.js";
import { type Fragment, node, type Scope } from "./scope.js";

/** One call of `withContext` that is under way. */
interface Frame {
  readonly _logger: Logger;
  readonly _own: readonly Fragment[];
  readonly _outer: Frame | undefined;
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
    const frame: Frame = { _logger: this, _own: child._own, _outer: kept.getStore(), _node: undefined };
    return kept.run(frame, fn, child);
  };
}
