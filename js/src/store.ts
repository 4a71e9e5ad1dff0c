/**
 * The store of the journal: IndexedDB, and Web Locks by which the pages of an origin agree on who sends what a dead one left.
 *
 * Owns: the database, the locks. Does not own: what is written and when, and what becomes of a record (the core's journal.rs).
 * Every operation ends in one report, or, where the database hangs or the page is frozen meanwhile, in none: the core can do without.
 * Invariants: nothing throws or rejects; no transaction is begun by an event of the page (the core begins them, and not while the
 * page may be going); a page that is frozen holds no lock and no connection, so that it can be restored.
 * Tested in `tests/browser/persist.test.ts`, `journal.test.ts` and `store.test.ts`.
 */

import { deadMansBatch } from "./later.js";
import { webLocks } from "./locks.js";

/** What the core asks for, by number. */
const [STORE, ERASE, LOAD, SCAN, END, LATER, RESIGN] = [0, 1, 2, 3, 4, 5, 6];
/** What it is told, by number. */
const [OPEN, STORED, REFUSED, ORPHAN, LOADED, CLOSED, ABLE] = [0, 1, 2, 3, 4, 5, 6];

/** An id: 16 bytes, of which the first eight name the instance. */
const ID_BYTES = 16;
const INSTANCE_BYTES = 8;
/** The one object store, with binary ids as keys. */
const RECORDS = "records";
/** So many records of dead pages are looked at, at most. */
const ORPHANS_MAX = 512;
/** The one sender looks so often, in ms, whether a page has gone. */
const SCAN_MS = 60_000;
/** Without Web Locks, what was there so long, in ms, is taken for a dead page's: a living one sends in less. */
const ORPHAN_AGE_MS = 30_000;

const NOTHING = /* @__PURE__ */ new Uint8Array();
const asIds = (keys: ArrayBuffer[]): Uint8Array[] => keys.map((key) => new Uint8Array(key));
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Reports to the core: what, a count, and an id with what was read under it. */
export type Tell = (what: number, count: number, bytes: Uint8Array) => void;
/** Does what the core asks for, with an id and what is to be stored under it. */
export type Operate = (operation: number, bytes: Uint8Array<ArrayBuffer>) => void;

/** Opens the store `database` of what is sent to `url`; `tell` is called from then on, and never from inside of a call. */
export function journal(database: string, url: string, init: RequestInit, tell: Tell): Operate {
  const later = deadMansBatch(url, init);
  const { indexedDB } = globalThis;
  /** What says that this instance lives; what makes it the one sender, and tells it whose end to wait for. */
  const life = webLocks();
  const locks = webLocks();
  /** The connection; none until it is used again after the page was frozen, and after the end. */
  let ready: Promise<IDBDatabase> | undefined;
  /** The lock that says that this instance lives, and whose id it is. */
  let alive: Promise<void> | undefined;
  let instance = "";
  let leading = false;
  let asked = false;
  let looking: ReturnType<typeof setInterval> | undefined;
  let over = false;

  const closed = (): void => {
    if (!over) tell(CLOSED!, 0, NOTHING);
    over = true;
    suspend();
  };

  const open = (): Promise<IDBDatabase> => {
    const opened = new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(RECORDS);
      request.onerror = (event) => {
        event.preventDefault();
        reject(request.error);
      };
      request.onblocked = reject;
      request.onsuccess = () => {
        const db = request.result;
        // Another page wants to delete it, or the browser has.
        db.onversionchange = db.onclose = closed;
        resolve(db);
      };
    });
    opened.catch(closed);
    return opened;
  };

  /**
   * One transaction of one request. `done` hears of it when it is safe. Opens the database where it is closed: a page that is restored
   * tells the core sooner than the store.
   */
  const act = (
    mode: IDBTransactionMode,
    work: (records: IDBObjectStore) => IDBRequest,
    done: (result: unknown) => void,
    failed: (damaged?: unknown) => void,
  ): void => {
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
  };

  /** The records that are there and whose instance is not. */
  const look = (found: (ids: Uint8Array[]) => void): void =>
    act("readonly", (records) => records.getAllKeys(null, ORPHANS_MAX), (keys) => found(asIds(keys as ArrayBuffer[])), () => {});
  const orphans = (ids: Uint8Array[]): void => ids.forEach((id) => tell(ORPHAN!, 0, id));

  const scan = async (): Promise<void> => {
    const names = await locks._held();
    if (!leading) return undefined;
    if (!names) {
      // A living page would have sent them meanwhile. If it has not, the receiver removes what comes twice.
      return look((before) => {
        const known = new Set(before.map(hex));
        setTimeout(() => leading && look((ids) => orphans(ids.filter((id) => known.has(hex(id))))), ORPHAN_AGE_MS);
      });
    }
    // Who lives, or is about to be gone, is looked for again when it is.
    for (const other of names) if (other?.startsWith(`${database} `) && other !== instance) locks._watch(other, lead);
    look((ids) => orphans(ids.filter((id) => !names.has(`${database} ${hex(id.subarray(0, INSTANCE_BYTES))}`))));
  };

  /** Becomes the one sender of what dead pages left, as soon as no other page is, and looks for it. */
  const lead = (): void => {
    if (leading) void scan().catch(() => {});
    else if (!asked) {
      asked = true;
      void locks._hold(database).then(() => {
        if (!asked) return;
        leading = true;
        clearInterval(looking);
        looking = setInterval(lead, SCAN_MS);
        lead();
      });
    }
  };

  /** Leaves the sending to another page, until it is asked to look again. */
  const resign = (): void => {
    leading = asked = false;
    clearInterval(looking);
    locks._release();
  };
  const suspend = (): void => {
    ready?.then((db) => db.close()).catch(() => {});
    ready = alive = undefined;
    life._release();
    resign();
  };
  const pagehide = (): void => suspend();
  const pageshow = (event: PageTransitionEvent): void => {
    // What was written before lives again; the rest is the core's to ask for.
    if (event.persisted && instance && !over) alive ??= life._hold(instance);
  };

  try {
    addEventListener("pagehide", pagehide);
    addEventListener("pageshow", pageshow);
    if (later) void Promise.resolve().then(() => tell(ABLE!, 0, NOTHING));
    act("readonly", (records) => records.count(), (count) => tell(OPEN!, count as number, NOTHING), closed);
  } catch {
    // There is none, or the page may not use it.
    void Promise.resolve().then(closed);
  }

  return (operation, bytes) => {
    const id = bytes.slice(0, ID_BYTES);
    const refused = (): void => tell(REFUSED!, 0, id);
    if (operation === STORE) {
      instance = `${database} ${hex(id.subarray(0, INSTANCE_BYTES))}`;
      // Whoever finds the record has to see that its page lives.
      void (alive ??= life._hold(instance)).then(() =>
        act("readwrite", (records) => records.put(bytes.slice(ID_BYTES), id), () => tell(STORED!, 0, id), refused),
      );
    } else if (operation === ERASE) {
      act("readwrite", (records) => records.delete(id), () => {}, () => {});
    } else if (operation === LOAD) {
      const loaded = (record?: unknown): void => {
        const read = new Uint8Array(ID_BYTES + ((record as Uint8Array | undefined)?.length ?? 0));
        read.set(id);
        if (record) read.set(record as Uint8Array, ID_BYTES);
        tell(LOADED!, 0, read);
      };
      // Nothing would mean that another page has sent it. What cannot be read now stays where it is.
      act("readonly", (records) => records.get(id), loaded, (damaged) => damaged === true && loaded(new Uint8Array(1)));
    } else if (operation === SCAN) lead();
    else if (operation === RESIGN) resign();
    else if (operation === LATER) later?.(bytes);
    else if (operation === END) {
      later?.(NOTHING);
      // The logger has ended: what it left is anybody's.
      removeEventListener("pagehide", pagehide);
      removeEventListener("pageshow", pageshow);
      over = true;
      suspend();
    }
  };
}
