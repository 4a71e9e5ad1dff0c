/**
 * Web Locks: by them the pages of an origin see which of them live, and agree on one.
 *
 * Owns: the locks that this page holds. Does not own: what they mean (store.ts).
 * Invariants: nothing rejects; where there are no locks, or the page may not use them, everything is held at once and nobody is
 * known. Tested in `tests/browser/persist.test.ts` and `journal.test.ts`.
 */

export interface Locks {
  /** Resolves once the lock is held; it is held until all are given back, and not asked for any more if it was not held then. */
  _hold(name: string): Promise<void>;
  /** Calls once when nobody holds the lock any more; not after all were given back. */
  _watch(name: string, gone: () => void): void;
  /** Gives all of them back, waits for none and watches none. */
  _release(): void;
  /** The names of the locks that any page holds; undefined where there are no locks. */
  _held(): Promise<Set<string | undefined>> | undefined;
}

export function webLocks(): Locks {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  let releases: (() => void)[] = [];
  let watched = new Set<string>();
  let asking = new AbortController();
  return {
    _hold(name) {
      const { signal } = asking;
      return new Promise((held) => {
        const request = locks?.request(name, { signal }, () => {
          held();
          return new Promise<void>((release) => releases.push(release));
        });
        if (request) request.catch(() => signal.aborted || held());
        else held();
      });
    },
    _watch(name, gone) {
      if (watched.has(name)) return;
      watched.add(name);
      locks
        ?.request(name, { signal: asking.signal }, () => watched.delete(name))
        .then(gone)
        .catch(() => {});
    },
    _release() {
      releases.forEach((release) => release());
      releases = [];
      asking.abort();
      asking = new AbortController();
      watched = new Set();
    },
    _held: () => locks?.query().then(({ held = [] }) => new Set(held.map((lock) => lock.name))),
  };
}
