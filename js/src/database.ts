/**
 * The journal's database: IndexedDB.
 *
 * Owns: the connection. Does not own: what is in it (store.ts).
 * Invariants: nothing throws or rejects; a transaction ends in one report, or, where the database hangs or the page is frozen
 * meanwhile, in none; what does not open in time is not there. Tested in `tests/browser/store.test.ts` and `persist.test.ts`.
 */

/** The one object store. */
const RECORDS = "records";
/** It is waited for so long when it is opened, in ms. */
const OPEN_MS_MAX = 10_000;

export interface Database {
  /** One transaction of one request. `done` hears of it when it is safe. Opens the database where it is closed. */
  _act(
    mode: IDBTransactionMode,
    work: (records: IDBObjectStore) => IDBRequest,
    done?: (result: unknown) => void,
    failed?: (damaged?: unknown) => void,
  ): void;
  /** Closes it when what was begun is done. */
  _close(): void;
}

/** The database of this name. `gone` hears, once, that it cannot be had, or no more. */
export function database(name: string, gone: () => void): Database {
  /** The connection; none until it is used again after it was closed. */
  let ready: Promise<IDBDatabase> | undefined;
  let over = false;

  const close = (): void => {
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
      const late = setTimeout(reject, OPEN_MS_MAX);
      const request = globalThis.indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(RECORDS);
      request.onerror = (event) => {
        event.preventDefault();
        reject(request.error);
      };
      request.onblocked = reject;
      request.onsuccess = () => {
        const db = request.result;
        clearTimeout(late);
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
          request.onerror = (event) => event.preventDefault();
          transaction.oncomplete = () => (request.error ? failed(true) : done(request.result));
          transaction.onabort = () => failed();
        })
        .catch(() => failed());
    },
    _close: close,
  };
}
