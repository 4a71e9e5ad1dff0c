/**
 * Owns: what the parts that follow a running collector share: the view of its store, and the pace of their looks at it.
 * Does not own: what they do with it (alerts/watch.ts, terminal/tail.ts).
 * Tested in: tests/collector/alert.test.ts and tail.test.ts.
 */
import type { Database } from "./store/database.js";

/** A store that is being filled. */
export interface LiveStore {
  readonly db: Database;
  /** The id of the entry that arrived last. */
  lastEntry(): number;
}

/**
 * Does something soon after a signal and at most so often, however many signals come. It does not keep the process alive,
 * and nothing that fails in it reaches the one who gave the signal.
 */
export class Waker {
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly intervalMs: number,
    private readonly work: () => void,
    private readonly failed: (problem: string) => void,
  ) {}

  /** Asks for one more round. */
  wake(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.work();
      } catch (error) {
        this.failed(error instanceof Error ? error.message : String(error));
      }
    }, this.intervalMs).unref();
  }

  /** No round begins any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
