/**
 * The cores of an edge: lent for one flush at a time, because a core is never dropped and ten thousand requests must not leave
 * ten thousand of them.
 *
 * Owns: which cores are free, whether one may be started, and whether one may be lent again. Does not own: what is done with one, and whose its counters are (lease.ts).
 * Invariants: a core with a past (it holds something, or something went wrong with it) is not lent again, and what it would still send is
 * taken from it; what is lent remembers nothing of how often what was logged; no more than `SPOILED_MAX` cores with a past
 * are kept alive, then the whole instance is left to the garbage collector; a core serves loggers of the same configuration alone;
 * what one with a past counted and could not tell the receiver is told by the next. Tested in `tests/runtimes/pool.test.ts`.
 */

import { CONSENTS, type CoreModule, DROP_REASONS, OP_DROP, STAT_ACCEPTED, STAT_DELIVERED, STAT_DROPPED } from "./protocol.js";

/** Cores that did not come back as they were lent, or that nobody wants; each is some kilobytes. */
const SPOILED_MAX = 64;
/** Cores that wait to be lent; and recipes of which some drops are still to be told. */
const FREE_MAX = 1024;
const UNTOLD_MAX = 64;
/** The counters of a core, those of what came from a journal left out. */
export const COUNTERS = STAT_DROPPED + DROP_REASONS.length;
const DENIED = CONSENTS.indexOf("denied");

/** What a core is started with. */
export type Start = Parameters<CoreModule["_start"]>;
/** What a core calls. */
export interface Callbacks {
  readonly _notify: Start[4];
  readonly _drain: Start[5];
  readonly _entry: Start[6];
}

/** A core, and whose it is at present. */
export interface Seat {
  readonly _module: CoreModule;
  readonly _core: number;
  readonly _recipe: Recipe;
  _owner: Callbacks | undefined;
  /** Its counters when it was lent. */
  _before: readonly number[];
}

/** What a core is started with: the record of its configuration, and the arguments behind its length. */
export interface Recipe {
  /** What tells it from others. */
  readonly _key: string;
  readonly _record: Uint8Array<ArrayBuffer>;
  readonly _url: string;
  readonly _init: RequestInit;
  readonly _simpleInit: RequestInit;
}

export class Pool {
  readonly _edge: RequestInit;
  readonly #connect: () => CoreModule;
  #module: CoreModule | undefined;
  #free: Seat[] = [];
  #spoiled = 0;
  /** By recipe and reason, what no receiver has heard of. */
  readonly #untold = new Map<string, number[]>();

  /** `connect` makes an instance; it throws where that is not possible yet. */
  constructor(connect: () => CoreModule, edge: RequestInit) {
    this.#connect = connect;
    this._edge = edge;
  }

  /** The instance of which cores are lent at present. */
  _instance(): CoreModule {
    return (this.#module ??= this.#connect());
  }

  /** A core of its own for `owner`, made by this recipe, under this consent. */
  _lend(recipe: Recipe, consent: number, owner: Callbacks): Seat {
    const module = this._instance();
    const at = this.#free.findIndex(({ _recipe }) => _recipe._key === recipe._key);
    const seat = at < 0 ? start(module, recipe) : this.#free.splice(at, 1)[0]!;
    seat._owner = owner;
    // Denied, a core forgets what it has counted of the last seconds.
    module._consent(seat._core, DENIED);
    module._consent(seat._core, consent);
    this.#tell(seat);
    seat._before = counters(seat);
    return seat;
  }

  /** Takes a core back; `clean`: as it was lent. Of what it holds, `lost` entries count under `reason`. */
  _take(seat: Seat, clean: boolean, reason: number, lost: number): void {
    seat._owner = undefined;
    const { _module: module, _core: core } = seat;
    if (!clean) {
      this.#note(seat, reason, lost);
      // It must not send what is counted as lost.
      module._consent(core, DENIED);
    }
    // Of an instance that was left meanwhile.
    if (module !== this.#module) return;
    if (clean && this.#free.length < FREE_MAX) this.#free.push(seat);
    else if (++this.#spoiled >= SPOILED_MAX) this._leave();
  }

  /** Lends of this instance no more. */
  _leave(): void {
    this.#module = undefined;
    this.#free = [];
    this.#spoiled = 0;
  }

  /** Keeps what a core has counted for its last owner, where that has delivered nothing that says so. */
  #note(seat: Seat, reason: number, lost: number): void {
    const { _before: before, _recipe: recipe } = seat;
    const now = counters(seat);
    if (now[STAT_DELIVERED] !== before[STAT_DELIVERED]) return;
    now[STAT_DROPPED + reason]! += lost;
    const untold = this.#untold.get(recipe._key) ?? DROP_REASONS.map(() => 0);
    if (this.#untold.size < UNTOLD_MAX) this.#untold.set(recipe._key, untold);
    DROP_REASONS.forEach((_, i) => (untold[i]! += now[STAT_DROPPED + i]! - before[STAT_DROPPED + i]!));
  }

  /** Has a core tell what others could not. */
  #tell({ _module: module, _core: core, _recipe: { _key: key } }: Seat): void {
    const untold = this.#untold.get(key) ?? [];
    this.#untold.delete(key);
    // As `num` of msgpack.ts, which may be in use.
    const bytes = untold.flatMap((count, reason) => (count ? [OP_DROP, reason, 0xce, count >>> 24, count >>> 16, count >>> 8, count] : []));
    if (!bytes.length) return;
    hand(module, bytes);
    module._records(core, bytes.length, 0);
  }
}

/** May what a core needs be asked for? At the level of a Worker's module it may not. */
export function mayStart(): boolean {
  try {
    crypto.getRandomValues(new Uint8Array(1));
    return true;
  } catch {
    return false;
  }
}

/** The counters of a core as they stand. */
export function counters({ _module: module, _core: core }: Seat): number[] {
  return Array.from({ length: COUNTERS }, (_, index) => module._stat(core, index));
}

/** How many entries a core has taken since it was started. */
export const accepted = ({ _module: module, _core: core }: Seat): number => module._stat(core, STAT_ACCEPTED);

/** Puts bytes into the input buffer. */
function hand(module: CoreModule, bytes: ArrayLike<number>): void {
  const at = module._reserve(bytes.length);
  new Uint8Array(module._memory.buffer).set(bytes, at);
}

/** Starts a core whose callbacks go to whoever has it. */
function start(module: CoreModule, recipe: Recipe): Seat {
  const { _record, _url, _init, _simpleInit } = recipe;
  hand(module, _record);
  let owner = (): Callbacks | undefined => undefined;
  const core = module._start(
    _record.length,
    _url,
    _init,
    _simpleInit,
    (...numbers) => owner()?._notify(...numbers),
    () => owner()?._drain(),
    (...signal) => owner()?._entry(...signal),
  );
  const seat: Seat = { _module: module, _core: core, _recipe: recipe, _owner: undefined, _before: [] };
  owner = () => seat._owner;
  return seat;
}
