/**
 * The core of a logger on an edge: to the engine one module with one core, in truth a core of the pool for each flush, so that what is
 * sent for one request is sent by no other request's means.
 *
 * Owns: which cores a logger has at present. Does not own: which are free (pool.ts), the sum of what they count (tally.ts).
 * Invariants: a core is had from the hand-over before a flush until that has settled; what a flush leaves is held for the next one by at most
 * `keep()` cores, and else is dropped, counted and told; the end of a flush settles it once, whatever number of cores it concerned.
 * Tested in `tests/runtimes/overlap.test.ts` and `pool.test.ts`.
 */

import { accepted, counters, mayStart, type Pool, type Recipe, type Seat, type Start } from "./pool.js";
import { type CoreModule, DROP_CLOSED, DROP_RETRIES_EXHAUSTED, NOTIFY_DROPPED, NOTIFY_PROBLEM, NOTIFY_SETTLED } from "./protocol.js";
import { STAT_ACCEPTED, STAT_BUFFERED, STAT_IN_FLIGHT } from "./protocol.js";
import { Tally } from "./tally.js";

/** The module that an engine gets. */
export interface LeasedModule extends CoreModule {
  /** Sees to a core for `waiting` entries that are handed over next; false where none may be started (at the level of a module). */
  _begin(consent: number, waiting: number): boolean;
}

type Result = [delivered: number, pending: number, dropped: number, lastStatus: number];

/** A core that a logger has, and how it does. */
interface Held {
  readonly _seat: Seat;
  _clean: boolean;
  /** Answers the flushes that it is in, by their tokens. */
  readonly _settles: Map<number, (result: Result) => void>;
}

/** What loggers of one configuration share: they need not write it again. */
export interface Shared {
  _recipe?: Recipe;
}

export class Lease {
  readonly #pool: Pool;
  readonly #keep: () => number;
  readonly #shared: Shared;
  /** Do requests share this logger? Then a flush leaves alone what another one has begun. */
  readonly #apart: boolean;
  #closed = false;
  #callbacks: Start | undefined;
  /** All that this logger has; of them the one that takes what is handed over, and the one whose signal is being passed on. */
  readonly #all = new Set<Held>();
  #current: Held | undefined;
  #signalled: Held | undefined;
  /** How many entries could not be handed over. */
  #left = 0;
  readonly #tally = new Tally();

  constructor(pool: Pool, keep: () => number, shared: Shared | undefined) {
    this.#pool = pool;
    this.#shared = shared ?? {};
    this.#apart = !shared;
    this.#keep = keep;
  }

  /** As the engine sees it. */
  module(): LeasedModule {
    const at = (): CoreModule => this.#current?._seat._module ?? this.#pool._instance();
    const { _memory: _0, ...rest } = at();
    const lease = this;
    return {
      ...rest,
      get _memory() {
        return at()._memory;
      },
      get _configured() {
        return !!lease.#shared._recipe;
      },
      get _used() {
        return lease.#current ? accepted(lease.#current._seat) - lease.#stat(STAT_ACCEPTED) : 0;
      },
      _reserve: (bytes) => at()._reserve(bytes),
      _merge: (length) => at()._merge(length),
      _listen() {},
      _start: (...given) => this.#start(given),
      _begin: (consent, waiting) => this.#begin(consent, waiting),
      _records: (_, length, waitedMs) => this.#current && at()._records(this.#current._seat._core, length, waitedMs),
      _receive: (_, ...signal) => {
        const { _module, _core } = this.#signalled!._seat;
        _module._receive(_core, ...signal);
      },
      _consent: (_, state) => this.#all.forEach(({ _seat }) => _seat._module._consent(_seat._core, state)),
      _flush: (_, token, timeoutMs, close) => this.#flush(token, timeoutMs, close),
      _stat: (_, index) => this.#stat(index),
    };
  }

  #start(given: Start): number {
    const [length, _url, _init, _simpleInit] = given;
    this.#callbacks = given;
    if (this.#shared._recipe) return 1;
    const module = this.#pool._instance();
    const at = module._reserve(0);
    const _record = new Uint8Array(module._memory.buffer, at, length).slice();
    this.#shared._recipe = { _key: `${_url}\n${_record.join()}`, _record, _url, _init, _simpleInit };
    return 1;
  }

  #begin(consent: number, waiting: number): boolean {
    this.#left = 0;
    if (this.#current) return true;
    if (!mayStart()) {
      this.#left = waiting;
      return false;
    }
    // One that still holds something takes this as well.
    for (const held of this.#all) if (!held._settles.size) return !!(this.#current = held);
    const [, , , , , drain, entry] = this.#callbacks!;
    const seat = this.#pool._lend(this.#shared._recipe!, consent, {
      _notify: (...told) => this.#notify(held, told),
      _drain: drain,
      _entry: (...signal) => {
        const outer = this.#signalled;
        this.#signalled = held;
        entry(...signal);
        this.#signalled = outer;
      },
    });
    const held: Held = { _seat: seat, _clean: true, _settles: new Map() };
    this.#all.add(held);
    this.#current = held;
    return true;
  }

  #notify(held: Held, told: Parameters<Start[4]>): void {
    const [kind, token, ...numbers] = told;
    if (kind === NOTIFY_PROBLEM) held._clean = false;
    if (kind === NOTIFY_SETTLED) held._settles.get(token)?.(numbers as unknown as Result);
    else this.#callbacks![4](...told);
  }

  #flush(token: number, timeoutMs: number, close: boolean): void {
    this.#closed ||= close;
    const concerned = [...this.#all].filter(({ _settles }) => close || !this.#apart || !_settles.size);
    this.#current = undefined;
    const sum: Result = [0, this.#left, 0, 0];
    let open = concerned.length;
    const settled = (): void => void (open || this.#callbacks![4](NOTIFY_SETTLED, token, ...sum));
    for (const held of concerned) {
      held._settles.set(token, ([delivered, pending, dropped, lastStatus]) => {
        // Behind what the core has still to say in this turn.
        void Promise.resolve().then(() => {
          held._settles.delete(token);
          const lost = Math.min(this.#release(held), pending);
          [delivered, pending - lost, dropped + lost].forEach((count, i) => (sum[i]! += count));
          sum[3] = lastStatus || sum[3];
          open--;
          settled();
        });
      });
    }
    // Each may settle at once.
    for (const { _seat } of concerned) _seat._module._flush(_seat._core, token, timeoutMs, false);
    if (!concerned.length) settled();
  }

  /** A flush is over: the core stays if it holds something and there is room, or goes back; how many entries were lost so. */
  #release(held: Held): number {
    // Another flush still waits for it, or it is back.
    if (held._settles.size || !this.#all.has(held)) return 0;
    const { _seat } = held;
    const close = this.#closed;
    let now: number[];
    try {
      now = counters(_seat);
    } catch {
      // It trapped. The engine finds that out when it asks for its counters, and counts what was lost.
      this.#pool._leave();
      return 0;
    }
    const pending = now[STAT_BUFFERED]! + now[STAT_IN_FLIGHT]!;
    const kept = [...this.#all].filter(({ _settles }) => !_settles.size).length - 1;
    if (pending && !close && kept < this.#keep()) return 0;
    this.#all.delete(held);
    const reason = close ? DROP_CLOSED : DROP_RETRIES_EXHAUSTED;
    this.#tally._left(_seat, now, reason, pending);
    try {
      this.#pool._take(_seat, held._clean && !pending && !close, reason, pending);
    } catch {
      // It trapped when there was nothing left to lose.
      this.#pool._leave();
    }
    if (pending) this.#callbacks![4](NOTIFY_DROPPED, reason, pending, 0, 0, 0);
    return pending;
  }

  #stat(index: number): number {
    return this.#tally._stat(index, [...this.#all].map(({ _seat }) => _seat));
  }
}
