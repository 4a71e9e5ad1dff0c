/**
 * The cores of the requests: lent to one engine at a time, because a core is never dropped and ten thousand requests must not leave
 * ten thousand of them.
 *
 * Owns: who has which core, and what of a core's counters is of whom. Does not own: when a request gives its core back (request.ts).
 * Invariants: a core that still holds something is not lent again; no more than `LOST_MAX` of them are kept alive, then the whole
 * instance is left to the garbage collector. Tested in `tests/runtimes/workers.test.ts` and `tests/facade/pool.test.ts`.
 */

import { CONSENTS, type CoreModule, type Loader, STAT_ACCEPTED, STAT_BUFFERED, STAT_DROPPED, STAT_IN_FLIGHT, STAT_STORED } from "../protocol.js";
import type { Consent } from "../types.js";

/** Cores that did not come back empty; each is some kilobytes. */
const LOST_MAX = 64;
const COUNTERS = STAT_DROPPED + 15;

type Callbacks = Parameters<CoreModule["_start"]>;

/** A core, and whose it is. */
interface Seat {
  readonly core: number;
  owner: Callbacks | undefined;
}

export class Pool {
  readonly #connect: () => CoreModule;
  readonly #edge: RequestInit;
  #module: CoreModule | undefined;
  #free: Seat[] = [];
  #lost = 0;

  /** `connect` makes an instance. */
  constructor(connect: () => CoreModule, edge: RequestInit) {
    this.#connect = connect;
    this.#edge = edge;
  }

  /** The loader of one request's engine, and what gives its core back; `consent` is asked when the core is lent. */
  lease(consent: () => Consent): Loader & { readonly _return: () => void } {
    let seat: Seat | undefined;
    let module: CoreModule | undefined;
    const now = (): CoreModule => {
      module = this.#module ??= this.#connect();
      return this.#lend(module, consent, (lent) => (seat = lent));
    };
    return {
      _now: now,
      _later: async () => now(),
      _drop: () => {
        this.#module = undefined;
        this.#free = [];
      },
      _edge: this.#edge,
      _return: () => {
        if (seat && module) this.#take(seat, module);
        seat = undefined;
      },
    };
  }

  /** The module as one engine sees it: `start` gives a core that may have worked for others before. */
  #lend(module: CoreModule, consent: () => Consent, lent: (seat: Seat) => void): CoreModule {
    let before: readonly number[] = [];
    const free = (): boolean => this.#free.length > 0;
    const lease = {
      ...module,
      _used: 0,
      // All of a pool are started by one configuration, whose writing would be a good part of what a request costs.
      get _configured() {
        return free();
      },
      _start: (...callbacks: Callbacks): number => {
        const seat = this.#free.pop() ?? start(module, callbacks);
        seat.owner = callbacks;
        before = Array.from({ length: COUNTERS }, (_, index) => module._stat(seat.core, index));
        lease._used = before[STAT_ACCEPTED] ?? 0;
        // Others may have been refused it, or this one since it began.
        module._consent(seat.core, CONSENTS.indexOf(consent()));
        lent(seat);
        return seat.core;
      },
      _stat: (core: number, index: number): number => module._stat(core, index) - (before[index] ?? 0),
    };
    return lease;
  }

  #take(seat: Seat, module: CoreModule): void {
    seat.owner = undefined;
    // Of an instance that was left meanwhile.
    if (module !== this.#module) return;
    if (!holds(module, seat.core)) this.#free.push(seat);
    else if (++this.#lost >= LOST_MAX) {
      this.#module = undefined;
      this.#free = [];
      this.#lost = 0;
    }
  }
}

/** Does a core hold something? One that cannot be asked has trapped, and nobody must get it again. */
function holds(module: CoreModule, core: number): boolean {
  try {
    return [STAT_BUFFERED, STAT_IN_FLIGHT, STAT_STORED].some((index) => module._stat(core, index));
  } catch {
    return true;
  }
}

/** Starts a core whose callbacks go to whoever has it. */
function start(module: CoreModule, [length, url, init, simpleInit]: Callbacks): Seat {
  const seat: { core: number; owner: Callbacks | undefined } = { core: 0, owner: undefined };
  seat.core = module._start(
    length,
    url,
    init,
    simpleInit,
    (...numbers) => seat.owner?.[4](...numbers),
    () => seat.owner?.[5](),
    (...signal) => seat.owner?.[6](...signal),
  );
  return seat;
}
