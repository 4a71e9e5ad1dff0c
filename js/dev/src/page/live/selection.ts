/**
 * Owns: which entry of the list is chosen, and moving the choice, also onto an entry that is not in memory yet.
 * Invariant: while something is chosen, or is about to be, the list is held: it cannot move away under the choice.
 * Tested in: tests/viewer/entry.test.ts and scroll.test.ts.
 */
import type { List } from "./list.js";
import type { Rows } from "./rows.js";

/** See the head of the module. */
export class Selection {
  readonly #rows: Rows;
  readonly #list: List;
  readonly #chosen: (id: number) => void;
  /** An index that is to be chosen as soon as its entry is here. */
  #wanted: number | null = null;

  /** `chosen` hears of every choice that `step` made. */
  constructor(rows: Rows, list: List, chosen: (id: number) => void) {
    this.#rows = rows;
    this.#list = list;
    this.#chosen = chosen;
  }

  get id(): number | null {
    return this.#list.selected;
  }

  get active(): boolean {
    return this.#list.selected !== null || this.#wanted !== null;
  }

  set(id: number | null): void {
    this.#wanted = null;
    this.#list.selected = id;
  }

  /** Chooses what is so many further down; without a choice, the first in sight. */
  step(delta: number): void {
    if (this.#rows.length === 0) return;
    const from = this.#wanted ?? (this.id === null ? -1 : this.#rows.indexOf(this.id));
    this.#wanted = Math.max(0, Math.min(this.#rows.length - 1, from < 0 ? this.#list.topIndex : from + delta));
    this.#list.reveal(this.#wanted);
    this.settle();
  }

  /** Makes the choice that was waiting for its entry, if that is here. */
  settle(): void {
    const row = this.#wanted === null ? null : this.#rows.at(this.#wanted);
    if (row === null) return;
    this.set(row.id);
    this.#chosen(row.id);
  }

  /** Shows the chosen entry among those around it; where its place is not known, the top. */
  show(): void {
    const index = this.id === null ? -1 : this.#rows.indexOf(this.id);
    if (index < 0) this.#list.toTop();
    else this.#list.centre(index);
  }
}
