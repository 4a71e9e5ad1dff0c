/**
 * One event of a Worker, from its begin to the last of its entries.
 *
 * Owns: the event's logger, what it waits for before its flush, the time limit of that. Does not own: what is said of an event
 * (events.ts), the bounds of one request (engine.ts), cores (lease.ts, pool.ts).
 * Invariants: nothing is sent before the answer, then once, and once more if something was logged meanwhile; where a body or other work goes
 * on, also in between, when a batch is full or has waited, so often that the platform bears it; what is logged after the end is dropped and
 * counted; what was thrown is thrown on; the event is not kept waiting; nothing of ours throws into it.
 * Tested in `tests/runtimes/workers.test.ts`, `pool.test.ts` and `between.test.ts`.
 */

import type { Logger } from "../logger.js";
import type { RootLogger } from "../root.js";
import { DROP_CLOSED } from "../protocol.js";
import { assemble, leases } from "../shared.js";
import { RequestEngine } from "./engine.js";
import type { Setup } from "./setup.js";

/** What the platform gives beside an event; a test may give less. */
export interface Context {
  waitUntil?(promise: Promise<unknown>): void;
}

/** So many requests an event makes in between, at most: the least that a platform grants is 50, the application's own included. */
const BETWEEN_MAX = 30;
/** Each time the next one waits twice as long, from this on if the first does not wait, and up to that, in ms. */
const [PAUSE_MIN_MS, PAUSE_MAX_MS] = [1_000, 300_000];

export class Event {
  readonly log: RootLogger;
  readonly #engine: RequestEngine;
  readonly #setup: Setup;
  /** Does what a flush leaves have no other one to wait for? */
  #ending = false;
  /** What the application asked to be waited for. */
  readonly #pending = new Set<Promise<unknown>>();
  /** What is sent in between: how often it was, whether it is, when it will be, and the next pause. */
  #sent = 0;
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs: number;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#pauseMs = setup.pauseMs;
    const make = (config: Setup["config"]): RequestEngine =>
      new RequestEngine(config, leases(setup.pool, () => Number(!this.#ending), undefined, setup.shared));
    this.#engine = make(setup.config);
    try {
      this.log = assemble(this.#engine);
    } catch {
      // `strict` has let the same options pass at set-up: something in them is another thing at each reading.
      this.#engine = make({ ...setup.config, strict: false });
      this.log = assemble(this.#engine);
    }
    this.#engine._dead = setup.dead;
  }

  /** The event's context as its handler gets it: with the logger, and with what it waits for known to us. */
  wrap<C extends Context>(context: C): C & { readonly log: Logger } {
    const waitUntil = (promise: Promise<unknown>): void => {
      this.wait(promise);
      context.waitUntil?.(promise);
    };
    // What is frozen would have to be given as it is.
    return new Proxy(Object.isExtensible(context) ? context : (Object.create(context) as C), {
      get: (_, name) => {
        if (name === "log") return this.log;
        if (name === "waitUntil") return waitUntil;
        const value: unknown = Reflect.get(context, name, context);
        return typeof value === "function" ? value.bind(context) : value;
      },
    }) as C & { readonly log: Logger };
  }

  /** The flush waits for it. */
  wait(promise: unknown): void {
    const settled = Promise.resolve(promise).then(
      () => {},
      () => {},
    );
    this.#pending.add(settled);
    void settled.then(() => this.#pending.delete(settled));
  }

  /**
   * The flush, when `body` (which never rejects) has ended and all that is waited for, or the time is over; and one more for what came
   * meanwhile. Never rejects.
   */
  async finish(body?: Promise<unknown>): Promise<void> {
    const engine = this.#engine;
    // Not in the task that answers.
    await new Promise((resolve) => setTimeout(resolve));
    this.#between(body);
    await body;
    let over = false;
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        over = true;
        resolve();
      }, this.#setup.limitMs);
    });
    for (let round = 0; round < 2; round++) {
      this.#between();
      while (this.#pending.size && !over) await Promise.race([Promise.all(this.#pending), limit]);
      engine._relieve = undefined;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#ending = true;
      if (this.#sending || engine._tapes.length || (round ? engine._drops.some(Boolean) : engine._accepted)) await this.log.flush({ timeoutMs: this.#setup.timeoutMs });
    }
    clearTimeout(timer as number);
    engine._discard(DROP_CLOSED);
    engine._dead ??= DROP_CLOSED;
    engine._detach?.();
  }

  /** From here on, until the flush, what is logged may leave in between. Without work that goes on there is nothing to wait for. */
  #between(body?: Promise<unknown>): void {
    const engine = this.#engine;
    engine._relieve = (full) => this.#relieve(full);
    if ((body || this.#pending.size) && engine._tapes.length) this.#relieve(false);
  }

  /** Something waits, or is all that a batch takes: it leaves now or after a while, one request at a time. */
  #relieve(full: boolean): void {
    if (this.#sending || this.#sent >= BETWEEN_MAX) return;
    if (full) return this.#send();
    this.#timer ??= setTimeout(() => {
      this.#pauseMs = Math.max(this.#pauseMs, Math.min(2 * this.#pauseMs || PAUSE_MIN_MS, PAUSE_MAX_MS));
      this.#send();
    }, this.#pauseMs);
    // A process (of Node) does not stay for it.
    (this.#timer as { unref?(): void }).unref?.();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sent++;
    this.#sending = true;
    void this.log.flush({ timeoutMs: this.#setup.timeoutMs }).then(() => {
      this.#sending = false;
      if (this.#engine._tapes.length) this.#engine._relieve?.(false);
    });
  }
}
