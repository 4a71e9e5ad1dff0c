/**
 * What the cores of one logger on an edge have counted for it.
 *
 * Owns: the sum over the cores that went back to the pool. Does not own: which it has (lease.ts).
 * Invariant: a core's counters run on from one owner to the next; each owner is told the part since it was lent. Tested in
 * `tests/runtimes/pool.test.ts` and `overlap.test.ts`.
 */

import { COUNTERS, type Seat } from "./pool.js";
import { STAT_BUFFERED, STAT_CLOCK_SKEW, STAT_DROPPED, STAT_IN_FLIGHT } from "./protocol.js";

export class Tally {
  readonly #past: number[] = Array.from({ length: COUNTERS }, () => 0);
  /** The last clock skew that one of the cores has found. */
  #skew = 0;

  /** A core goes back that stands at `now`; the `lost` entries that it holds count under `reason`. */
  _left(seat: Seat, now: readonly number[], reason: number, lost: number): void {
    this.#skew = seat._module._stat(seat._core, STAT_CLOCK_SKEW) || this.#skew;
    now.forEach((count, index) => (this.#past[index]! += count - seat._before[index]!));
    this.#past[STAT_BUFFERED] = this.#past[STAT_IN_FLIGHT] = 0;
    this.#past[STAT_DROPPED + reason]! += lost;
  }

  /** One counter, over these cores and those that went back. */
  _stat(index: number, seats: readonly Seat[]): number {
    if (index >= COUNTERS) return index === STAT_CLOCK_SKEW ? this.#skew : 0;
    let sum = this.#past[index] ?? 0;
    for (const seat of seats) sum += seat._module._stat(seat._core, index) - (seat._before[index] ?? 0);
    return sum;
  }
}
