/**
 * One event of a Worker, from its begin to the last of its entries.
 *
 * Owns: the event's logger, what it waits for before its flush, the time limit of that. Does not own: what is said of an event
 * (events.ts), cores (lease.ts, pool.ts).
 * Invariants: nothing is sent before the event's own work has ended, and then once, and once more if something was logged meanwhile; what is
 * logged after that is dropped and counted; what was thrown is thrown on; the event is not kept waiting; nothing of ours throws into it.
 * Tested in `tests/runtimes/workers.test.ts` and `pool.test.ts`.
 */

import type { Logger } from "../logger.js";
import type { RootLogger } from "../root.js";
import { DROP_BUFFER_FULL, DROP_CLOSED } from "../protocol.js";
import { assemble, EdgeEngine, leases } from "../shared.js";
import type { Setup } from "./setup.js";

/** What the platform gives beside an event. */
export interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** So many bytes, as the façade estimates them, of one request's entries fit its one subrequest. */
const BYTES_MAX = 786_432;

/** The engine of one request: all its entries fit one batch, and what would not is dropped and counted. */
class RequestEngine extends EdgeEngine {
  override _log(logger: Logger, severity: number, message: unknown, data: unknown, options: object | undefined): boolean {
    if (this._dead !== undefined || (this._tapes.length < this._config.batchSize && this._size < BYTES_MAX)) {
      return super._log(logger, severity, message, data, options);
    }
    this._seq++;
    this._accepted++;
    this._drop(DROP_BUFFER_FULL);
    return false;
  }
}

export class Event {
  readonly log: RootLogger;
  readonly #engine: RequestEngine;
  readonly #setup: Setup;
  /** Does what a flush leaves have no other one to wait for? */
  #ending = false;
  /** What the application asked to be waited for, and the end of a streamed body. */
  readonly #pending = new Set<Promise<unknown>>();

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#engine = new RequestEngine(setup.config, leases(setup.pool, () => Number(!this.#ending), undefined, setup.shared));
    this.#engine._dead = setup.dead;
    this.log = assemble(this.#engine);
  }

  /** The event's context as its handler gets it: with the logger, and with what it waits for known to us. */
  wrap<C extends Context>(context: C): C & { readonly log: Logger } {
    const waitUntil = (promise: Promise<unknown>): void => {
      this.wait(promise);
      context.waitUntil(promise);
    };
    return new Proxy(context, {
      get: (target, name) => {
        if (name === "log") return this.log;
        if (name === "waitUntil") return waitUntil;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
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

  /** The flush, when `body` has ended and all that is waited for, or the time is over; and one more for what came meanwhile. Never rejects. */
  async finish(body?: Promise<unknown>): Promise<void> {
    const engine = this.#engine;
    // Not in the task that answers.
    await new Promise((resolve) => setTimeout(resolve));
    await body?.catch(() => {});
    let over = false;
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        over = true;
        resolve();
      }, this.#setup.limitMs);
    });
    for (let round = 0; round < 2; round++) {
      while (this.#pending.size && !over) await Promise.race([Promise.all(this.#pending), limit]);
      this.#ending = true;
      if (engine._tapes.length || (round ? engine._drops.some(Boolean) : engine._accepted)) await this.log.flush({ timeoutMs: this.#setup.timeoutMs });
    }
    clearTimeout(timer as number);
    engine._discard(DROP_CLOSED);
    engine._dead ??= DROP_CLOSED;
  }
}
