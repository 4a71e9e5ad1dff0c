/**
 * The store of the journal: IndexedDB, and Web Locks by which the pages of an origin agree on who sends what a dead one left.
 *
 * Owns: the database, the locks. Does not own: what is written and when, and what becomes of a record (the core's journal.rs); which
 * records are too many (store-keys.ts). Every operation ends in one report, or, where the database hangs or the page is frozen
 * meanwhile, in none: the core can do without. A database that does not open in time is none.
 * Invariants: nothing throws or rejects; no transaction is begun by an event of the page (the core begins them, and not while the
 * page may be going); a page that is frozen holds no lock and no connection, so that it can be restored.
 * Tested in `tests/browser/persist.test.ts`, `journal.test.ts` and `store.test.ts`.
 */

import { database } from "./database.js";
import { deadMansBatch } from "./later.js";
import { listen } from "./listen.js";
import { webLocks } from "./locks.js";
import { hex, type Key, spent } from "./store-keys.js";
import { inTask } from "./task.js";

/** What the core asks for, by number. */
const [STORE, ERASE, LOAD, SCAN, END, LATER, RESIGN] = [0, 1, 2, 3, 4, 5, 6];
/** What it is told, by number. */
const [OPEN, STORED, REFUSED, ORPHAN, LOADED, CLOSED, ABLE, STAYS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** An id: 16 bytes, of which the first eight name the instance. */
const ID_BYTES = 16;
const INSTANCE_BYTES = 8;
/** The one sender looks so often, in ms, whether a page has gone. */
const SCAN_MS = 60_000;
/** Without Web Locks, what was there so long, in ms, is taken for a dead page's: a living one sends in less. */
const ORPHAN_AGE_MS = 30_000;

const NOTHING = /* @__PURE__ */ new Uint8Array();

/** Reports to the core: what, whether a record is to be given up (1 or 0), and an id with what was read under it. */
export type Tell = (what: number, spent: number, bytes: Uint8Array) => void;
/** Does what the core asks for, with an id and what is to be stored under it. */
export type Operate = (operation: number, bytes: Uint8Array<ArrayBuffer>) => void;

/** Opens the store `name` of what is sent to `url`; `tell` is called from then on, and never from inside of a call. */
export function journal(name: string, url: string, init: RequestInit, tell: Tell): Operate {
  const later = deadMansBatch(url, init);
  /** What says that this instance lives; what makes it the one sender, and tells it whose end to wait for. */
  const life = webLocks();
  const locks = webLocks();
  /** The lock that says that this instance lives, and whose id it is. */
  let alive: Promise<void> | undefined;
  let instance = "";
  let leading = false;
  let asked = false;
  let looking: ReturnType<typeof setInterval> | undefined;
  /** Is the page in the cache of those that the user has left? A message may come to it there. */
  let away = false;
  /** Has the core been told that there is a store? */
  let opened = false;
  /** The logger has ended, and only erases what was delivered late. */
  let ended = false;
  /** The keys of the records that the core knows of, by id; and of those that are being erased. */
  const keys = new Map<string, Key>();
  const erasing = new Map<string, Key>();

  const gone = (): void => {
    if (!ended) tell(CLOSED!, 0, NOTHING);
    ended = true;
    suspend();
  };
  const db = database(name, gone);
  const begin = (): void => {
    const done = (): void => {
      if (!opened) tell(OPEN!, 0, NOTHING);
      opened = true;
    };
    db._act("readonly", (records) => records.count(), done, gone);
  };
  const erase = (key: Key, named: string): void => {
    const done = (): void => {
      erasing.delete(named);
      if (ended) suspend();
    };
    db._act("readwrite", (records) => records.delete(key), done, done);
  };
  /** The lock of the instance that has written this. */
  const nameOf = (id: ArrayBuffer): string => `${name} ${hex(id.slice(0, INSTANCE_BYTES))}`;

  /** The records that are there, the oldest first. */
  const look = (found: (keys: Key[]) => void): void =>
    db._act("readonly", (records) => records.getAllKeys(), (all) => found(all as Key[]));
  /** Those whose page is not, and which of them are to be given up. */
  const orphans = (dead: Key[], locked: boolean): void => {
    const gone = spent(dead, locked);
    dead.forEach((key, i) => {
      keys.set(hex(key[2]), key);
      tell(ORPHAN!, gone[i]!, new Uint8Array(key[2]));
    });
  };

  // The keys first: whose record is there has its lock.
  const scan = (): void => look((all) => void sift(all).catch(() => {}));
  const sift = async (all: Key[]): Promise<void> => {
    const names = await locks._held();
    if (!leading) return;
    if (!names) {
      // A living page would have sent them meanwhile. If it has not, the receiver removes what comes twice.
      const known = new Set(all.map((key) => hex(key[2])));
      setTimeout(() => leading && look((still) => orphans(still.filter((key) => known.has(hex(key[2]))), false)), ORPHAN_AGE_MS);
      return;
    }
    // Who lives, or is about to be gone, is looked for again when it is.
    for (const other of names) if (other?.startsWith(`${name} `) && other !== instance) locks._watch(other, lead);
    orphans(all.filter((key) => !names.has(nameOf(key[2]))), true);
  };

  /** Becomes the one sender of what dead pages left, as soon as no other page is, and looks for it. */
  const lead = (): void => {
    if (leading) scan();
    else if (!asked) {
      asked = true;
      void locks._hold(name).then(() => {
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
  const suspend = (frozen?: boolean): void => {
    db._close(frozen);
    alive = undefined;
    life._release();
    resign();
  };
  /** A page that runs another task is not going. */
  const stays = (): void => inTask(() => away || tell(STAYS!, 0, NOTHING));
  const pagehide = (event: PageTransitionEvent): void => {
    away = true;
    suspend(event.persisted);
  };
  const pageshow = (event: PageTransitionEvent): void => {
    away = false;
    stays();
    if (!event.persisted || ended) return;
    // What was written before lives again, and what was being erased is; the rest is the core's to ask for.
    if (instance) alive ??= life._hold(instance);
    erasing.forEach(erase);
    if (!opened) begin();
  };

  // It may have been hidden before.
  stays();
  // After the core's own: what that begins at the last moment is given up.
  const unlisten = listen({ pagehide, pageshow, visibilitychange: stays }, false);
  if (later) void Promise.resolve().then(() => tell(ABLE!, 0, NOTHING));
  begin();

  return (operation, bytes) => {
    const id = bytes.slice(0, ID_BYTES);
    const named = hex(id);
    const refused = (): void => tell(REFUSED!, 0, id);
    if (operation === STORE) {
      const record = bytes.slice(ID_BYTES);
      const key: Key = [Date.now(), record.length, id.buffer];
      instance = nameOf(id.buffer);
      keys.set(named, key);
      // Whoever finds the record has to see that its page lives.
      void (alive ??= life._hold(instance)).then(() =>
        db._act("readwrite", (records) => records.put(record, key), () => tell(STORED!, 0, id), refused),
      );
    } else if (operation === ERASE) {
      const key = keys.get(named)!;
      keys.delete(named);
      erasing.set(named, key);
      erase(key, named);
    } else if (operation === LOAD) {
      const loaded = (record?: unknown): void => {
        const read = new Uint8Array(ID_BYTES + ((record as Uint8Array | undefined)?.length ?? 0));
        read.set(id);
        if (record) read.set(record as Uint8Array, ID_BYTES);
        tell(LOADED!, 0, read);
      };
      // Nothing would mean that another page has sent it. What cannot be read now stays where it is.
      db._act("readonly", (records) => records.get(keys.get(named)!), loaded, (damaged) => damaged === true && loaded(new Uint8Array(1)));
    } else if (operation === SCAN) lead();
    else if (operation === RESIGN) resign();
    else if (operation === LATER) later?.(bytes);
    else if (operation === END) {
      later?.(NOTHING);
      // The logger has ended: what it left is anybody's.
      unlisten();
      ended = true;
      suspend();
    }
  };
}
