/**
 * Owns: which rows of the list are in memory: what is looked at is loaded, what is far away is let go.
 * Does not own: the order of the rows (chain.ts), the document (list.ts), when entries are held back (live.ts).
 * Invariants: at most `LOADED_MAX` blocks hold rows; a block is asked for once at a time, and few at once.
 * Tested in: tests/viewer/rows.test.ts and scroll.test.ts.
 */
import type { EntriesAnswer, StoredEntry } from "../../api-types.js";
import { BLOCK, Chain, rowIn, type Block, type Row } from "./chain.js";
import { preview } from "./preview.js";

/** Blocks whose rows are kept in memory. */
export const LOADED_MAX = 60;
const LOADING_MAX = 2;

/** Asks the collector for entries that pass the list's filter and are older than an id. */
export type LoadBefore = (before: number, limit: number) => Promise<EntriesAnswer>;

/** See the head of the module. Index 0 is the newest entry. */
export class Rows {
  #chain = new Chain(false);
  #looks = 0;
  #loading = 0;
  #loadingOlder = false;
  /** Are there entries older than the oldest block? */
  #more = false;
  readonly #load: LoadBefore;
  readonly #changed: () => void;

  /** `changed` hears when rows or their number changed by something that was loaded. */
  constructor(load: LoadBefore, changed: () => void) {
    this.#load = load;
    this.#changed = changed;
  }

  get length(): number {
    return this.#chain.length;
  }

  /** Are there older entries whose number is not known? */
  get more(): boolean {
    return this.#more;
  }

  /** How many blocks hold rows. */
  get loadedBlocks(): number {
    return this.#chain.blocks.filter(({ rows }) => rows !== null).length;
  }

  /** Begins with the newest entries. `oldest` is given where nothing is filtered: then every id down to it is an entry. */
  reset(answer: EntriesAnswer, oldest: number | null): void {
    this.#chain = new Chain(oldest !== null);
    this.#more = answer.more;
    this.#chain.push(answer.entries.map(rowOf).reverse(), this.#looks);
    const known = answer.entries.at(-1)?.id;
    if (!answer.more || known === undefined || oldest === null) return;
    this.#chain.unshiftGap(oldest, known - 1);
    this.#more = false;
  }

  /** Adds entries that arrived, newest last, and before them as many as were left out. */
  arrive(entries: readonly Row[], skipped: number, cursor: number): void {
    this.#chain.pushGap((entries[0]?.id ?? cursor + 1) - 1, skipped);
    this.#chain.push(entries, this.#looks);
  }

  /** The row at an index, or null where it is not here. */
  at(index: number): Row | null {
    let row: Row | null = null;
    this.#chain.visit(index, index, (block, start) => (row = rowIn(block, start, index)));
    return row;
  }

  /** The rows from one index to another, null where they are not here; missing ones are asked for. */
  look(first: number, last: number): (Row | null)[] {
    this.#looks += 1;
    const rows: (Row | null)[] = [];
    const wanted: Block[] = [];
    this.#chain.visit(first, last, (block, start) => {
      block.used = this.#looks;
      if (block.rows === null) wanted.push(block);
      const end = Math.min(last, start + block.count - 1);
      for (let index = Math.max(first, start); index <= end; index += 1) rows.push(rowIn(block, start, index));
    });
    for (const block of wanted) void this.#fill(block);
    if (this.#more && last >= this.length - BLOCK) void this.#fillOlder();
    this.#evict();
    return rows;
  }

  /** The index of an entry; -1 where it is not in the list, or not loaded and nobody knows where it would be. */
  indexOf(id: number): number {
    return this.#chain.indexOf(id);
  }

  /** The index of the newest entry that is not here, or -1. */
  firstMissing(): number {
    return this.#chain.firstMissing();
  }

  async #fill(block: Block): Promise<void> {
    if (block.loading || this.#loading >= LOADING_MAX) return;
    const [chain, asked] = [this.#chain, Math.min(block.count, BLOCK)];
    block.loading = true;
    this.#loading += 1;
    try {
      const answer = await this.#load(block.newest + 1, asked);
      chain.put(block, answer.entries.map(rowOf).reverse(), asked);
      block.used = this.#looks;
    } catch {
      // Whoever loads says that it failed; the list asks again when it is drawn again.
      return;
    } finally {
      block.loading = false;
      this.#loading -= 1;
    }
    this.#changed();
  }

  async #fillOlder(): Promise<void> {
    const [chain, oldest] = [this.#chain, this.#chain.blocks[0]];
    if (this.#loadingOlder || oldest === undefined || oldest.rows === null) return;
    this.#loadingOlder = true;
    try {
      const answer = await this.#load(oldest.rows[0]?.id ?? oldest.newest, BLOCK);
      if (chain !== this.#chain) return;
      chain.unshift(answer.entries.map(rowOf).reverse(), this.#looks);
      this.#more = answer.more;
    } catch {
      return;
    } finally {
      this.#loadingOlder = false;
    }
    this.#changed();
  }

  #evict(): void {
    const loaded = this.#chain.blocks.filter(({ rows }) => rows !== null);
    if (loaded.length <= LOADED_MAX) return;
    loaded.sort((a, b) => a.used - b.used);
    for (const block of loaded.slice(0, loaded.length - LOADED_MAX)) block.rows = null;
  }
}

/** An entry without its body, which a list of thousands must not keep. */
export function rowOf({ entry, ...row }: StoredEntry): Row {
  return { ...row, preview: preview(entry?.["data"]) };
}
