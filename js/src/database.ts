/**
 * The journal's database: IndexedDB.
 *
 * Owns: the connection. Does not own: what is in it (store.ts).
 * Invariants: nothing throws or rejects; a transaction ends in one report, or, where the database hangs or the page is frozen
 * meanwhile, in none; what does not open in time is not there. Tested in `tests/browser/store.test.ts` and `persist.test.ts`, and
 * in WebKit by `tests/delivery/frozen.test.ts`.
 */

/** The one object store. */
const RECORDS = "records";
/** It is waited for so long when it is opened, until it has done something, in ms. */
const OPEN_MS_MAX = 10_000;

export interface Database {
  /** One transaction of one request. `done` hears of it when it is safe. Opens the database where it is closed. */
  _act(
    mode: IDBTransactionMode,
    work: (records: IDBObjectStore) => IDBRequest,
    done?: (result: unknown) => void,
    failed?: (damaged?: unknown) => void,
  ): void;
  /**
   * Closes it when what was begun is done; `frozen`: at once, and nobody hears of what was begun. A page in WebKit's cache that holds a
   * transaction open has the next page wait for ever.
   */
  _close(frozen?: boolean): void;
}

/** The database of this name. `gone` hears, once, that it cannot be had, or no more. */
export function database(name: string, gone: () => void): Database {
  /** The connection; none until it is used again after it was closed. */
  let ready: Promise<IDBDatabase> | undefined;
  const running = new Set<IDBTransaction>();
  /** Ends the wait for a connection and its first transaction. */
  let late: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const close = (frozen?: boolean): void => {
    clearTimeout(late);
    if (frozen) {
      for (const transaction of running) {
        running.delete(transaction);
        try {
          transaction.abort();
        } catch {
          // It is about to be done.
        }
      }
    }
    ready?.then((db) => db.close()).catch(() => {});
    ready = undefined;
  };
  const lost = (): void => {
    if (!over) gone();
    over = true;
    close();
  };
  const open = (): Promise<IDBDatabase> => {
    const opened = new Promise<IDBDatabase>((resolve, reject) => {
      late = setTimeout(lost, OPEN_MS_MAX);
      const request = globalThis.indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(RECORDS);
      request.onerror = (event) => {
        event.preventDefault();
        reject(request.error);
      };
      request.onblocked = reject;
      request.onsuccess = () => {
        const db = request.result;
        // Another page wants to delete it, or the browser has.
        db.onversionchange = db.onclose = lost;
        if (over) db.close();
        resolve(db);
      };
    });
    opened.catch(lost);
    return opened;
  };

  return {
    _act(mode, work, done = () => {}, failed = () => {}) {
      if (over) return;
      (ready ??= open())
        .then((db) => {
          const transaction = db.transaction(RECORDS, mode);
          const request = work(transaction.objectStore(RECORDS));
          running.add(transaction);
          request.onerror = (event) => event.preventDefault();
          transaction.oncomplete = () => {
            running.delete(transaction);
            clearTimeout(late);
            if (request.error) failed(true);
            else done(request.result);
          };
          transaction.onabort = () => running.delete(transaction) && failed();
        })
        .catch(() => failed());
    },
    _close: close,
  };
}
