/**
 * Web Locks: by them the pages of an origin see which of them live, and agree on one.
 *
 * Owns: the locks that this page holds. Does not own: what they mean (store.ts).
 * Invariants: nothing rejects; where there are no locks, or the page may not use them, everything is held at once and nobody is
 * known. Tested in `tests/browser/persist.test.ts`.
 */

export interface Locks {
  /** Resolves once the lock is held; it is held until all are given back. */
  _hold(name: string): Promise<void>;
  /** Calls `gone` when nobody holds the lock any more, once, however often it is asked; not after all were given back. */
  _outlive(name: string, gone: () => void): void;
  /** Gives all of them back. */
  _release(): void;
  /** The names of the locks that any page holds; undefined where there are no locks. */
  _held(): Promise<Set<string | undefined>> | undefined;
}

export function webLocks(): Locks {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  let releases: (() => void)[] = [];
  /** The locks that are waited for because another page holds them. */
  const awaited = new Set<string>();
  let waiting = new AbortController();
  return {
    _hold: (name) =>
      new Promise((held) => {
        const request = locks?.request(name, () => {
          held();
          return new Promise<void>((release) => releases.push(release));
        });
        if (request) request.catch(() => held());
        else held();
      }),
    _outlive(name, gone) {
      if (awaited.has(name)) return;
      awaited.add(name);
      locks
        ?.request(name, { signal: waiting.signal }, () => {
          awaited.delete(name);
          // In a task of its own: by then this lock is given back, too.
          setTimeout(gone);
        })
        .catch(() => {});
    },
    _release() {
      waiting.abort();
      waiting = new AbortController();
      awaited.clear();
      releases.forEach((release) => release());
      releases = [];
    },
    _held: () => locks?.query().then(({ held = [] }) => new Set(held.map((lock) => lock.name))),
  };
}
