/** The read API: filters, cursors, bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LISTED_ENTRY_BYTES_MAX, PAGE_ENTRIES_MAX } from "../../js/dev/src/limits.js";
import { batch, collector, entry, flow, list, post, range, rawRequest } from "./support.js";

async function seqs(url: string, query: string): Promise<(number | null)[]> {
  return (await list(url, "entries", query)).entries.map((row) => row.seq);
}

test("entries come newest first, and cursors walk both ways without a gap", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", range(1, 25)));
  const first = await list(url, "entries", "?limit=10");
  assert.deepEqual(first.entries.map((row) => row.seq), range(16, 25).reverse());
  assert.equal(first.more, true);
  const before = first.entries.at(-1)?.id;
  assert.deepEqual(await seqs(url, `?limit=10&before=${before}`), range(6, 15).reverse());
  assert.deepEqual(await seqs(url, `?limit=10&before=6`), range(1, 5).reverse());
  // After a cursor: the next ones, not the newest.
  const after = await list(url, "entries", "?limit=10&after=3");
  assert.deepEqual(after.entries.map((row) => row.seq), range(4, 13).reverse());
  assert.equal(after.more, true);
  const last = await list(url, "entries", "?limit=10&after=15");
  assert.deepEqual([last.entries.length, last.more], [10, false]);
  assert.deepEqual(await list(url, "entries", "?after=25"), { entries: [], more: false, cursor: 25 });
});

test("the cursor is the highest id looked at, whether it matched or not", async (t) => {
  const { url } = await collector(t);
  const cursor = async (query: string): Promise<number> => (await list(url, "entries", query)).cursor;
  assert.equal(await cursor(""), 0);
  await post(url, batch("a", "i", range(1, 25)));
  assert.deepEqual([await cursor(""), await cursor("?limit=10"), await cursor("?q=nothing")], [25, 25, 25]);
  assert.deepEqual([await cursor("?after=3&limit=10"), await cursor("?after=3"), await cursor("?after=3&q=nothing")], [13, 25, 25]);
  assert.deepEqual([await cursor("?before=9"), await cursor("?before=0"), await cursor("?after=99")], [8, 0, 25]);
});

test("filters: level means at least, flow is exact, q finds words and is never a pattern", async (t) => {
  const { url } = await collector(t);
  await post(url, [
    entry(1, { level: "debug", message: "cache 100% warm" }),
    entry(2, { level: "warn", message: "cache_miss", flowId: "f-1" }),
    entry(3, { level: "error", message: "boom", errorName: "TypeError", flowId: "f-1" }),
    entry(4, { level: "fatal", message: "back\\slash", source: "Shop", flowId: "f-10" }),
  ]);
  assert.deepEqual(await seqs(url, "?level=warn"), [4, 3, 2]);
  assert.deepEqual(await seqs(url, "?flow=f-1"), [3, 2]);
  assert.deepEqual(await seqs(url, "?q=CACHE"), [2, 1]);
  assert.deepEqual(await seqs(url, "?q=100%25"), [1]);
  assert.deepEqual(await seqs(url, "?q=cache_m"), [2]);
  assert.deepEqual(await seqs(url, "?q=back%5Cslash"), [4]);
  assert.deepEqual(await seqs(url, "?q=typeerr"), [3]);
  assert.deepEqual(await seqs(url, "?q=shop&level=error"), [4]);
  assert.deepEqual(await seqs(url, "?q=' OR 1=1 --"), []);
});

test("wrong parameters are a 400 with a sentence", async (t) => {
  const { url } = await collector(t);
  const paths = [
    ...[`/api/entries?limit=${PAGE_ENTRIES_MAX + 1}`, "/api/entries?limit=-1", "/api/entries?limit=x", "/api/entries?before=1.5"],
    ...["/api/entries?level=loud", `/api/entries?q=${"x".repeat(201)}`, "/api/flows?limit=9999", "/api/entries/x", "/api/flows/%ff"],
  ];
  for (const path of paths) {
    const response = await fetch(`${url}${path}`);
    assert.equal(response.status, 400, path);
    assert.match(((await response.json()) as { error: string }).error, /\.$/);
  }
  for (const path of ["/api/entries/1", "/api/flows/none", "/api/flows/a/b", "/api", "/api/", "/health/x"]) {
    assert.equal((await fetch(`${url}${path}`)).status, 404, path);
  }
});

test("a flow: its summary, and its entries in the order of branches and steps, however they came", async (t) => {
  const { url } = await collector(t);
  const step = (seq: number, stepIndex: number, more: Record<string, unknown> = {}): Record<string, unknown> =>
    entry(seq, { flowId: "checkout-a1b2c3d4", stepIndex, flow: { name: "checkout" }, source: "shop", ...more });
  await post(url, { batch: { id: "a", instance: "page" }, logs: [step(3, 2, { level: "error" }), step(1, 0)] });
  await post(url, { batch: { id: "b", instance: "worker" }, logs: [step(1, 0, { flow: { name: "checkout", branch: "w1", parentStep: 1 } })] });
  await post(url, {
    batch: { id: "c", instance: "page" },
    logs: [step(2, 1), step(4, 3, { flow: { name: "checkout", outcome: "failed", durationMs: 41.5 } })],
  });
  const summary = {
    id: "checkout-a1b2c3d4", name: "checkout", source: "shop", entries: 5, errors: 1, warnings: 0, branches: 2, lastStep: 3,
    firstAt: 1_795_000_000_001, lastAt: 1_795_000_000_004, outcome: "failed", durationMs: 41.5, sessionId: null,
    slowest: { from: 0, to: 1, ms: 1 },
  };
  const answer = await flow(url, "checkout-a1b2c3d4");
  assert.deepEqual(answer.flow, summary);
  assert.deepEqual(answer.entries.map((row) => [row.instance, row.stepIndex]), [["page", 0], ["page", 1], ["page", 2], ["page", 3], ["worker", 0]]);
  assert.deepEqual((await list(url, "flows")).flows, [summary]);
});

test("a flow id of any characters is found by its address", async (t) => {
  const { url } = await collector(t);
  const id = "a/b?c#d %\u202e😀";
  await post(url, [entry(1, { flowId: id })]);
  assert.equal((await flow(url, id)).flow.id, id);
});

test("past step 1,000 the sequence decides the order", async (t) => {
  const { url } = await collector(t);
  const logs = [5, 3, 4].map((seq) => entry(seq, { flowId: "f", stepIndex: 1_000 }));
  await post(url, { batch: { id: "a", instance: "i" }, logs });
  assert.deepEqual((await flow(url, "f")).entries.map((row) => row.seq), [3, 4, 5]);
});

test("a large entry is left out of lists and read alone", async (t) => {
  const { url } = await collector(t);
  const data = "x".repeat(LISTED_ENTRY_BYTES_MAX);
  await post(url, [entry(1, { data, flowId: "f" })]);
  const [listed] = (await list(url, "entries")).entries;
  assert.equal(listed?.entry, null);
  assert.ok((listed?.bytes ?? 0) > LISTED_ENTRY_BYTES_MAX);
  assert.equal((await flow(url, "f")).entries[0]?.entry, null);
  const alone = (await (await fetch(`${url}/api/entries/${listed?.id}`)).json()) as { entry: { data: string } };
  assert.equal(alone.entry.data, data);
});

test("health counts the entries; HEAD is answered without a body; answers are not cached or sniffed", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1, 2]));
  const health = (await (await fetch(`${url}/health`)).json()) as { status: string; entries: number; version: string };
  assert.deepEqual([health.status, health.entries], ["ok", 2]);
  assert.match(health.version, /^\d+\.\d+\.\d+/);
  const head = await rawRequest(url, { method: "HEAD", path: "/api/entries" });
  assert.deepEqual([head.status, head.text], [200, ""]);
  assert.equal(head.headers["cache-control"], "no-store");
  assert.equal(head.headers["x-content-type-options"], "nosniff");
  assert.equal(head.headers["cross-origin-resource-policy"], "same-origin");
});
