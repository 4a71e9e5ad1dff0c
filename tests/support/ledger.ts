/**
 * A receiver's book: what it keeps of what arrives, by the rule of the native protocol and written independently of the
 * collector. A batch id that is known brings nothing new, and neither does a pair of instance and sequence number.
 */
import type { Body, Entry } from "./protocol.js";

/** An entry that was kept. */
export interface Kept {
  instance: string;
  source: string;
  entry: Entry;
  /** The batch that brought it. */
  batch: string;
  /** Whether that batch said it was the page's last. */
  final: boolean;
  /** When, as Unix ms. */
  at: number;
}

/** See the head of the module. */
export class Ledger {
  readonly kept: Kept[] = [];
  readonly #batches = new Set<string>();
  readonly #entries = new Set<string>();
  readonly #again = new Map<string, number>();

  /** Enters a batch; what the answer says of it. */
  take({ batch, logs }: Body): { count: number; duplicates: number } {
    const known = this.#batches.has(batch.id);
    this.#batches.add(batch.id);
    const source = String(batch.resource["source"]);
    let count = 0;
    for (const entry of logs) {
      const key = `${batch.instance} ${entry.seq}`;
      if (known || this.#entries.has(key)) continue;
      this.#entries.add(key);
      this.kept.push({ instance: batch.instance, source, entry, batch: batch.id, final: batch.final !== undefined, at: Date.now() });
      count += 1;
    }
    const duplicates = logs.length - count;
    this.#again.set(source, (this.#again.get(source) ?? 0) + duplicates);
    return { count, duplicates };
  }

  /** What was kept of a source, in the order of arrival. */
  of(source: string): Kept[] {
    return this.kept.filter((kept) => kept.source === source);
  }

  /** How many of a source. */
  count(source: string): number {
    return this.of(source).length;
  }

  /** How many entries of a source came a second time and were known by their ids. */
  again(source: string): number {
    return this.#again.get(source) ?? 0;
  }
}
