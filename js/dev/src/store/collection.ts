/**
 * Owns: an open file at work: batches go in, retention runs beside them, whoever wants is told of changes.
 * Does not own: how any of it is done (queue.ts, retention.ts); reading (queries.ts and its neighbours).
 * Invariant: retention works only between requests and never while a batch waits; after `close` nothing touches the file.
 * Tested in: tests/collector/retention.test.ts.
 */
import type { StatusAnswer } from "../api-types.js";
import { RATE_SECONDS, RETENTION_CHECK_MS } from "../limits.js";
import { VERSION } from "../version.js";
import { BatchQueue } from "./queue.js";
import { Retention, usedBytes, type Bounds } from "./retention.js";
import type { Store } from "./schema.js";
import type { Batch, Stored } from "./writer.js";

export class Collection {
  readonly #queue: BatchQueue;
  readonly #retention: Retention;
  readonly #rate = new Rate();
  readonly #startedAt = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #next: NodeJS.Immediate | undefined;

  constructor(
    readonly store: Store,
    private readonly bounds: Bounds,
    /** Told after each commit. */
    onCommit: (batches: readonly Batch[]) => void,
  ) {
    this.#queue = new BatchQueue(store.db, store.totals, onCommit);
    this.#retention = new Retention(store.db, store.totals, bounds);
    this.#timer = setInterval(() => this.#retain(), RETENTION_CHECK_MS).unref();
  }

  /** Stores a batch; null where the database refuses. Never rejects. */
  async add(batch: Batch): Promise<Stored | null> {
    const stored = await this.#queue.add(batch);
    if (stored !== null) this.#rate.add(stored.count, Date.now());
    return stored;
  }

  /** What `GET /api/status` says. */
  status(): StatusAnswer {
    const { db, totals } = this.store;
    return {
      version: VERSION,
      entries: totals.entries,
      bytes: usedBytes(db),
      bytesMax: this.bounds.bytesMax,
      ageMsMax: this.bounds.ageMsMax,
      expired: totals.expired,
      startedAt: this.#startedAt,
      cursor: totals.lastEntry,
      ratePerSecond: this.#rate.perSecond(Date.now()),
    };
  }

  /** Stores what waits and closes the file. Once. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#next !== undefined) clearImmediate(this.#next);
    this.#timer = this.#next = undefined;
    this.#queue.flush();
    this.store.close();
  }

  /** One slice, and the next one after the requests that came meanwhile. */
  #retain(): void {
    if (this.#next !== undefined || this.#timer === undefined) return;
    let more = false;
    try {
      more = this.#retention.slice(Date.now());
    } catch {
      // Another process holds the file: the batches' senders are told so, and the next look tries again.
    }
    if (!more) return;
    this.#next = setImmediate(() => {
      this.#next = undefined;
      this.#retain();
    });
  }
}

/** Counts per second over the last seconds. */
class Rate {
  readonly #counts = new Map<number, number>();

  add(count: number, now: number): void {
    const second = Math.floor(now / 1_000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + count);
    for (const old of this.#counts.keys()) if (old <= second - RATE_SECONDS - 1) this.#counts.delete(old);
  }

  perSecond(now: number): number {
    const second = Math.floor(now / 1_000);
    let sum = 0;
    for (const [at, count] of this.#counts) if (at < second && at >= second - RATE_SECONDS) sum += count;
    return sum / RATE_SECONDS;
  }
}
