/**
 * Owns: the entries on the terminal as they come: which are shown now, which are left out because too many came or the
 * terminal was too slow.
 * How: it holds a cursor and reads the database, which is the queue; so a reader that stalls costs no memory and no time of
 * the intake. As text at most the newest hundred at a time are shown, more than anybody reads; as JSON all are, as long as
 * the reader is not far behind.
 * Invariant: an entry is shown once, in the order of arrival, or counted as skipped.
 * Tested in: tests/collector/tail.test.ts.
 */
import type { Filter } from "../filter.js";
import { exportLine } from "../http/export.js";
import { STREAM_COUNT_IDS, STREAM_ROUND_MS, TAIL_ENTRIES, TAIL_JSON_BEHIND_MAX, TAIL_JSON_BYTES, TAIL_JSON_ENTRIES, TAIL_LOOK_MS } from "../limits.js";
import { Waker, type LiveStore } from "../live.js";
import { countMatching, newestEntries, nextRaw } from "../store/queries.js";
import { entryLines, type Look } from "./entry-lines.js";
import { skippedLine, type LineOutput } from "./output.js";

/** What a tail shows, and where. */
export interface TailOptions {
  readonly store: LiveStore;
  readonly filter: Filter;
  readonly output: LineOutput;
  /** How entries look, asked anew each time since a terminal can be resized; null: as JSON. */
  readonly look: (() => Look) | null;
  /** Is given sentences, those of JSON tails about skipped entries among them. */
  readonly tell: (sentence: string) => void;
}

export class Tail {
  readonly #waker: Waker;
  /** Everything up to here was shown, counted as skipped, or does not match. */
  #cursor: number;
  /** Up to here was counted, and this many match. */
  #countedTo: number;
  #matching = 0;

  /** Shows what arrives from now on. */
  constructor(private readonly options: TailOptions) {
    this.#waker = new Waker(TAIL_LOOK_MS, () => this.#look(), (problem) => options.tell(`The entries cannot be shown: ${problem}.`));
    this.#cursor = this.#countedTo = options.store.lastEntry();
    options.output.onReady(() => this.wake());
  }

  /** Something was stored. Cheap, and may be called often. */
  wake(): void {
    if (!this.options.output.isGone) this.#waker.wake();
  }

  /** Shows no more. */
  close(): void {
    this.#waker.close();
  }

  #look(): void {
    const { output, look, store } = this.options;
    const last = store.lastEntry();
    if (look === null) this.#writeJson(last);
    else this.#writeText(last, look());
    // Without room, the output wakes it.
    if (this.#cursor < last && output.isReady) this.#waker.wake();
  }

  /** Counts a bounded piece at a time, also while the terminal is full; shows when it has seen all. */
  #writeText(last: number, look: Look): void {
    const { filter, output, store } = this.options;
    const to = Math.min(last, this.#countedTo + STREAM_COUNT_IDS);
    if (to > this.#countedTo) this.#matching += countMatching(store.db, filter, this.#countedTo, to);
    this.#countedTo = to;
    if (to < last || !output.isReady) return;
    const entries = this.#matching === 0 ? [] : newestEntries(store.db, filter, this.#cursor, to, TAIL_ENTRIES);
    const skipped = this.#matching - entries.length;
    if (skipped > 0) output.write(look.paint("dim", skippedLine(skipped).trimEnd()) + "\n");
    if (entries.length > 0) output.write(entries.map((entry) => entryLines(entry, look).map((line) => `${line}\n`).join("")).join(""));
    this.#cursor = to;
    this.#matching = 0;
  }

  #writeJson(last: number): void {
    const { filter, output, store, tell } = this.options;
    if (last - this.#cursor > TAIL_JSON_BEHIND_MAX) {
      const to = Math.min(last, this.#cursor + STREAM_COUNT_IDS);
      const skipped = countMatching(store.db, filter, this.#cursor, to);
      this.#cursor = to;
      if (skipped > 0) tell(`${skipped} entries were left out of the tail: whoever reads it is too slow.`);
    }
    // Not longer: the intake has its turn.
    const end = performance.now() + STREAM_ROUND_MS;
    while (output.isReady && this.#cursor < last && performance.now() < end) {
      const rows = nextRaw(store.db, filter, this.#cursor, TAIL_JSON_ENTRIES, TAIL_JSON_BYTES);
      this.#cursor = rows.at(-1)?.id ?? last;
      output.write(rows.map(exportLine).join(""));
    }
  }
}
