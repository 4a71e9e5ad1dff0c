/**
 * Owns: how many came within the last while, and whether that is a breach that was not told yet.
 * Invariants: memory is bounded whatever arrives; one breach is told once, and the next one only after the count was back
 * within its bound.
 * Tested in: tests/collector/alert-rule.test.ts.
 */
import { ALERT_PARTS } from "../limits.js";

/** What arrived at about the same time. */
interface Part {
  readonly at: number;
  /** Everything in it has a higher id. */
  readonly after: number;
  count: number;
}

/** A count over a window that moves. Times are of any monotonic clock, in ms. */
export class BreachWindow {
  readonly #parts: Part[] = [];
  #count = 0;
  #told = false;

  /** `max`: the count that is no breach yet. An entry leaves the window at most a 120th of it early. */
  constructor(
    private readonly max: number,
    private readonly windowMs: number,
  ) {}

  /** How many are in the window, as of the last `add`. */
  get count(): number {
    return this.#count;
  }

  /** The first entry in the window has an id over this one. */
  get after(): number {
    return this.#parts[0]?.after ?? 0;
  }

  /** `count` entries with ids over `after` arrived. Tells whether a breach begins with them. */
  add(now: number, count: number, after: number): boolean {
    for (let first = this.#parts[0]; first !== undefined && first.at + this.windowMs <= now; first = this.#parts[0]) {
      this.#count -= first.count;
      this.#parts.shift();
    }
    if (this.#count <= this.max) this.#told = false;
    if (count === 0) return false;
    const last = this.#parts.at(-1);
    if (last !== undefined && now - last.at < this.windowMs / ALERT_PARTS) last.count += count;
    else this.#parts.push({ at: now, after, count });
    this.#count += count;
    if (this.#told || this.#count <= this.max) return false;
    this.#told = true;
    return true;
  }
}
