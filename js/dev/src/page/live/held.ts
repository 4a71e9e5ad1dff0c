/**
 * Owns: the entries that arrived and are not let into the list yet.
 * Invariant: at most `HELD_ROWS` of them are in memory, however long the list is held; of the others only the number is.
 * Tested in: tests/viewer/rows.test.ts and pause.test.ts.
 */
import { BLOCK, type Row } from "./chain.js";
import type { Rows } from "./rows.js";

const HELD_ROWS = BLOCK;

/** See the head of the module. */
export class Held {
  /** The newest ones, newest last, and how many there are before them. */
  #rows: Row[] = [];
  #older = 0;
  #cursor = 0;

  get count(): number {
    return this.#rows.length + this.#older;
  }

  /** Takes what arrived: rows, and before them as many as were left out. */
  take(rows: readonly Row[], skipped: number, cursor: number): void {
    this.#cursor = cursor;
    if (skipped > 0) {
      // What is here is no longer next to what came: it is loaded with what was left out.
      this.#older += this.#rows.length + skipped;
      this.#rows = [];
    }
    this.#rows.push(...rows);
    const over = this.#rows.length - HELD_ROWS;
    if (over > 0) this.#older += this.#rows.splice(0, over).length;
  }

  /** Hands all of it to the list. */
  release(list: Rows): void {
    if (this.count > 0) list.arrive(this.#rows, this.#older, this.#cursor);
    this.clear();
  }

  clear(): void {
    this.#rows = [];
    this.#older = 0;
  }
}
