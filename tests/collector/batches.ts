/** A store without a server, and batches as the intake hands them to it. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { readEntry, type EntryRow } from "../../js/dev/src/intake/entry.js";
import { readHeader } from "../../js/dev/src/intake/header.js";
import { Retention, type Bounds } from "../../js/dev/src/store/retention.js";
import { openStore, type Store } from "../../js/dev/src/store/schema.js";
import { changing } from "../../js/dev/src/store/totals.js";
import { storeBatch, type Batch, type Stored } from "../../js/dev/src/store/writer.js";
import { entry } from "./support.js";

/** A checked batch that arrived at `receivedAt`. In `more`: fields of the header, and under `each` fields of every entry. */
export function checkedBatch(id: string, instance: string, seqs: readonly number[], receivedAt: number, more: Record<string, unknown> = {}): Batch {
  const { each = {}, ...rest } = more;
  const header = readHeader({ id, instance, ...rest });
  assert.ok(!("length" in header), "the header is faulty");
  const entries = seqs.map((seq): EntryRow => {
    const read = readEntry({ ...entry(seq), ...(each as object) }, []);
    assert.ok(!("length" in read), "the entry is faulty");
    return read;
  });
  return { header, entries, receivedAt, beacon: false };
}

/** An open store, closed when the test ends. */
export function openTestStore(t: TestContext, file = ":memory:"): Store {
  const store = openStore(file);
  t.after(() => store.close());
  return store;
}

/** Stores a batch that arrived at `at`. */
export function add(store: Store, id: string, instance: string, seqs: readonly number[], at: number, more: Record<string, unknown> = {}): Stored {
  const sent = checkedBatch(id, instance, seqs, at, more);
  return changing(store.db, store.totals, () => storeBatch(store.db, store.totals, sent));
}

/** Lets retention work until nothing is left to do. */
export function settle(store: Store, bounds: Bounds, now: number): void {
  const retention = new Retention(store.db, store.totals, bounds);
  for (let slices = 1; slices <= 10_000; slices += 1) if (!retention.slice(now)) return;
  throw new Error("retention comes to no end");
}
