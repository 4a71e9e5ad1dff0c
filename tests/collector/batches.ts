/** Batches as the intake hands them to the store, for tests that work on the store without a server. */
import assert from "node:assert/strict";
import { readEntry, type EntryRow } from "../../js/dev/src/intake/entry.js";
import { readHeader } from "../../js/dev/src/intake/header.js";
import type { Batch } from "../../js/dev/src/store/writer.js";
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
