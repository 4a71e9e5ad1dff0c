/** The queue: batches that come together share a transaction, each is answered after it, and none suffers from another. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { GROUP_ENTRIES_MAX } from "../../js/dev/src/limits.js";
import type { Parameter } from "../../js/dev/src/store/database.js";
import { BatchQueue } from "../../js/dev/src/store/queue.js";
import { openStore, type Store } from "../../js/dev/src/store/schema.js";
import type { Batch } from "../../js/dev/src/store/writer.js";
import { checkedBatch } from "./batches.js";
import { range } from "./support.js";

interface Watched {
  readonly store: Store;
  readonly queue: BatchQueue;
  /** The batches of each commit. */
  readonly commits: (readonly Batch[])[];
}

function watched(t: TestContext): Watched {
  const store = openStore(":memory:");
  t.after(() => store.close());
  const commits: (readonly Batch[])[] = [];
  return { store, commits, queue: new BatchQueue(store.db, store.totals, (batches) => commits.push(batches)) };
}

test("what comes at once shares a commit, up to a bound, and each batch gets its own answer", async (t) => {
  const { store, queue, commits } = watched(t);
  const answers = await Promise.all([
    queue.add(checkedBatch("a", "i", [1, 2], 0)),
    queue.add(checkedBatch("a", "i", [1, 2], 0)),
    queue.add(checkedBatch("b", "i", [2, 3], 0)),
    queue.add(checkedBatch("c", "i", range(4, GROUP_ENTRIES_MAX + 3), 0)),
  ]);
  assert.deepEqual(answers, [{ count: 2, duplicates: 0 }, { count: 0, duplicates: 2 }, { count: 1, duplicates: 1 }, { count: GROUP_ENTRIES_MAX, duplicates: 0 }]);
  assert.deepEqual(commits.map((batches) => batches.map(({ header }) => header.id)), [["a", "a", "b"], ["c"]]);
  assert.equal(store.totals.entries, GROUP_ENTRIES_MAX + 3);
});

test("one that cannot be stored is refused alone, and leaves no trace", async (t) => {
  const { store, queue } = watched(t);
  const good = checkedBatch("good", "i", [1], 0);
  const bad = checkedBatch("bad", "i", [2, 3], 0);
  const spoilt: Batch = { ...bad, entries: bad.entries.map((entry, index) => (index === 1 ? { ...entry, message: {} as unknown as string } : entry)) };
  const answers = await Promise.all([queue.add(good), queue.add(spoilt), queue.add(checkedBatch("more", "i", [4], 0))]);
  assert.deepEqual(answers, [{ count: 1, duplicates: 0 }, null, { count: 1, duplicates: 0 }]);
  const seqs = (): unknown => store.db.all<{ id: number; seq: Parameter }>("SELECT id, seq FROM entries ORDER BY id").map(({ id, seq }) => [id, seq]);
  assert.deepEqual(seqs(), [[1, 1], [2, 4]]);
  assert.deepEqual(store.db.all("SELECT entries, last_entry AS last FROM totals"), [{ entries: 2, last: 2 }]);
  assert.deepEqual(await queue.add(bad), { count: 2, duplicates: 0 }, "and it is new when it comes again");
});

test("what waits is stored before the end", async (t) => {
  const { store, queue } = watched(t);
  const answer = queue.add(checkedBatch("a", "i", [1], 0));
  queue.flush();
  assert.equal(store.totals.entries, 1);
  assert.deepEqual(await answer, { count: 1, duplicates: 0 });
});
