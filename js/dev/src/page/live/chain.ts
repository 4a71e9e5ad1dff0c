/**
 * Owns: the chain of blocks that the list is made of, and the arithmetic of their indexes. Nothing is asked of anybody here.
 * A block knows its newest id and how many entries it has; its rows may be absent. So pausing, back-pressure and a hundred
 * thousand stored entries are the same thing: blocks whose rows are not here yet.
 * Invariants: `length` is the sum of the counts; ids fall from newest to oldest; a block with rows has as many as it counts.
 * Tested in: tests/viewer/rows.test.ts.
 */
import type { StoredEntry } from "../../api-types.js";

/** What a line of the list shows: an entry without its body, and a few words of its data. */
export type Row = Omit<StoredEntry, "entry"> & { readonly preview: string };

/** Entries in a full block, and in one request. */
export const BLOCK = 200;

export interface Block {
  /** Its rows are those before the id `newest + 1`, this many of them. */
  newest: number;
  count: number;
  /** Oldest first; null while they are not here. */
  rows: Row[] | null;
  loading: boolean;
  /** When it was looked at last, counted in looks. */
  used: number;
}

/** See the head of the module. Index 0 is the newest entry. */
export class Chain {
  /** Oldest first, so that what arrives is added at the end. */
  readonly blocks: Block[] = [];
  length = 0;
  /** Is every id between the oldest and the newest an entry of the list? So it is where nothing is filtered. */
  readonly exact: boolean;

  constructor(exact: boolean) {
    this.exact = exact;
  }

  /** Adds rows that are newer than all others, newest last. */
  push(rows: readonly Row[], used: number): void {
    this.length += rows.length;
    for (const row of rows) {
      let last = this.blocks.at(-1);
      if (last === undefined || last.rows === null || last.rows.length >= BLOCK) {
        last = { newest: row.id, count: 0, rows: [], loading: false, used };
        this.blocks.push(last);
      }
      last.rows?.push(row);
      last.newest = row.id;
      last.count += 1;
    }
  }

  /** Adds entries that are newer than all others and not here. */
  pushGap(newest: number, count: number): void {
    this.blocks.push(...gap(newest, count, this.exact));
    this.length += count;
  }

  /** Adds entries that are older than all others, `oldest` to `newest`, one for each id. */
  unshiftGap(oldest: number, newest: number): void {
    const count = Math.max(0, newest - oldest + 1);
    this.blocks.unshift(...gap(newest, count, true));
    this.length += count;
  }

  /** Adds loaded rows that are older than all others. */
  unshift(rows: Row[], used: number): void {
    const newest = rows.at(-1)?.id;
    if (newest === undefined) return;
    this.blocks.unshift({ newest, count: rows.length, rows, loading: false, used });
    this.length += rows.length;
  }

  /** Gives a block its rows, `asked` at most. A larger one is split; one that has fewer than was thought shrinks. */
  put(block: Block, rows: Row[], asked: number): void {
    const at = this.blocks.indexOf(block);
    if (at < 0) return;
    const before = block.count;
    const oldest = rows[0]?.id;
    const rest = oldest === undefined || rows.length < asked ? 0 : before - rows.length;
    block.rows = rows;
    block.count = rows.length;
    if (oldest !== undefined && rest > 0) this.blocks.splice(at, 0, ...gap(oldest - 1, rest, this.exact));
    if (rows.length === 0) this.blocks.splice(at, 1);
    this.length += rows.length + rest - before;
  }

  /** Calls with each block that has an index from `first` to `last`, newest first, and the index of its newest entry. */
  visit(first: number, last: number, each: (block: Block, start: number) => void): void {
    let start = 0;
    for (let at = this.blocks.length - 1; at >= 0 && start <= last; at -= 1) {
      const block = this.blocks[at] as Block;
      if (start + block.count > first) each(block, start);
      start += block.count;
    }
  }

  /** The index of an entry; -1 where it is not in the list, or not loaded and nobody knows where it would be. */
  indexOf(id: number): number {
    let index = -1;
    this.visit(0, this.length, ({ rows, newest, count }, start) => {
      if (rows === null) {
        if (this.exact && id <= newest && id > newest - count) index = start + newest - id;
        return;
      }
      if (id > newest || id < (rows[0]?.id ?? Infinity)) return;
      const inside = rows.findIndex((row) => row.id === id);
      if (inside >= 0) index = start + count - 1 - inside;
    });
    return index;
  }

  /** The index of the newest entry that is not here, or -1. */
  firstMissing(): number {
    let index = -1;
    this.visit(0, this.length, ({ rows }, start) => {
      if (rows === null && index < 0) index = start;
    });
    return index;
  }
}

/** Blocks without rows, oldest first: one, or where the ids are known as many as it takes, so that any can be loaded alone. */
function gap(newest: number, count: number, exact: boolean): Block[] {
  const blocks: Block[] = [];
  for (let left = count; left > 0; ) {
    const here = exact ? Math.min(BLOCK, left) : left;
    blocks.push({ newest: newest - (count - left), count: here, rows: null, loading: false, used: 0 });
    left -= here;
  }
  return blocks.reverse();
}

/** The row at an index of a block that begins at `start`, or null. */
export function rowIn({ rows, count }: Block, start: number, index: number): Row | null {
  return rows?.[count - 1 - (index - start)] ?? null;
}
