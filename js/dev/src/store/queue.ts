/**
 * Owns: the batches that wait to be stored, and the transactions they share.
 * Why they share: a commit waits for the disk. All batches that arrived while the last one did are stored by the next one,
 * so that the disk bounds how often is committed and not how much.
 * Invariants: a batch is answered after the commit that holds it; when a shared transaction fails, each of its batches is
 * tried alone, so that none suffers from another; what waits is bounded by what the server reads at once.
 * Tested in: tests/collector/queue.test.ts and kill.test.ts.
 */
import { GROUP_ENTRIES_MAX } from "../limits.js";
import type { Database } from "./database.js";
import { changing, type Totals } from "./totals.js";
import { storeBatch, type Batch, type Stored } from "./writer.js";

interface Waiting {
  readonly batch: Batch;
  /** Null where the database refuses (another process holds it, the disk is full): the client keeps the batch and comes back. */
  readonly settle: (stored: Stored | null) => void;
}

export class BatchQueue {
  #waiting: Waiting[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(
    private readonly db: Database,
    private readonly totals: Totals,
    /** Told after each commit. */
    private readonly onCommit: (batches: readonly Batch[]) => void = () => {},
  ) {}

  /** Stores a batch with those that come at the same time. Never rejects. */
  add(batch: Batch): Promise<Stored | null> {
    return new Promise((settle) => {
      this.#waiting.push({ batch, settle });
      // After the requests that are readable now were read.
      this.#scheduled ??= setImmediate(() => this.flush());
    });
  }

  /** Stores what waits, now. */
  flush(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; ) {
      const to = endOfGroup(waiting, from);
      this.#store(waiting.slice(from, to));
      from = to;
    }
  }

  #store(group: readonly Waiting[]): void {
    let stored: Stored[];
    try {
      stored = changing(this.db, this.totals, () => group.map(({ batch }) => storeBatch(this.db, this.totals, batch)));
    } catch (error) {
      if (group.length > 1 && !isBusy(error)) {
        for (const one of group) this.#store([one]);
        return;
      }
      process.stderr.write(`sapwood-dev: a batch could not be stored: ${error instanceof Error ? error.message : "unknown error"}\n`);
      for (const { settle } of group) settle(null);
      return;
    }
    group.forEach(({ settle }, index) => settle(stored[index] ?? null));
    this.onCommit(group.map(({ batch }) => batch));
  }
}

/** Where a group that begins at `from` ends: at a bound of entries, so that no transaction grows with the load. */
function endOfGroup(waiting: readonly Waiting[], from: number): number {
  let entries = 0;
  let to = from;
  for (; to < waiting.length; to += 1) {
    entries += waiting[to]?.batch.entries.length ?? 0;
    if (to > from && entries > GROUP_ENTRIES_MAX) break;
  }
  return to;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}
