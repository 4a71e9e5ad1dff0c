/** Each entry is stored once, however often and in whatever cut it is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { batch, collector, entry, list, post, range, stored } from "./support.js";

async function counts(url: string, body: unknown): Promise<[number, number | undefined, number | undefined]> {
  const answer = await post(url, body);
  return [answer.status, answer.body.count, answer.body.duplicates];
}

test("a batch sent again is answered 200 and stored once", async (t) => {
  const { url } = await collector(t);
  assert.deepEqual(await counts(url, batch("b1", "i", [1, 2, 3])), [200, 3, 0]);
  assert.deepEqual(await counts(url, batch("b1", "i", [1, 2, 3], { attempt: 2 })), [200, 0, 3]);
  assert.deepEqual((await stored(url)).map((row) => row.seq), [1, 2, 3]);
});

test("overlapping batches store each (instance, seq) once", async (t) => {
  const { url } = await collector(t);
  assert.deepEqual(await counts(url, batch("b1", "i", [1, 2, 3, 4])), [200, 4, 0]);
  assert.deepEqual(await counts(url, batch("b2", "i", [3, 4, 5, 6])), [200, 2, 2]);
  assert.deepEqual(await counts(url, batch("b3", "i", range(1, 7))), [200, 1, 6]);
  assert.deepEqual((await stored(url)).map((row) => row.seq), range(1, 7));
});

test("a number twice in one batch is stored once", async (t) => {
  const { url } = await collector(t);
  const body = { batch: { id: "b", instance: "i" }, logs: [entry(1), entry(1, { message: "other" })] };
  assert.deepEqual(await counts(url, body), [200, 1, 1]);
  assert.deepEqual((await stored(url)).map((row) => row.message), ["message 1"]);
});

test("other instances with the same numbers and batch ids are no duplicates", async (t) => {
  const { url } = await collector(t);
  assert.deepEqual(await counts(url, batch("b1", "i", [1, 2])), [200, 2, 0]);
  assert.deepEqual(await counts(url, batch("b1", "j", [1, 2])), [200, 2, 0]);
});

test("entries without numbers are told by their batch's id, and are always new without one", async (t) => {
  const { url } = await collector(t);
  const log = { level: "info", message: "x" };
  assert.deepEqual(await counts(url, { batch: { id: "b1", instance: "i" }, logs: [log, log] }), [200, 2, 0]);
  assert.deepEqual(await counts(url, { batch: { id: "b1", instance: "i" }, logs: [log, log] }), [200, 0, 2]);
  assert.deepEqual(await counts(url, [log]), [200, 1, 0]);
  assert.deepEqual(await counts(url, [log]), [200, 1, 0]);
});

test("a batch with a faulty entry keeps its answer when it is sent again", async (t) => {
  const { url } = await collector(t);
  const body = { batch: { id: "b1", instance: "i" }, logs: [entry(1), entry(2, { level: "loud" }), entry(3)] };
  assert.deepEqual(await counts(url, body), [400, 2, 0]);
  assert.deepEqual(await counts(url, body), [400, 0, 2]);
  assert.deepEqual((await stored(url)).map((row) => row.seq), [1, 3]);
});

test("duplicates count nothing twice in flows and in the instance's account", async (t) => {
  const { url } = await collector(t);
  const step = (seq: number): Record<string, unknown> => entry(seq, { flowId: "f-12345678", stepIndex: seq - 1, level: "error" });
  await post(url, { batch: { id: "b1", instance: "i", lastSeq: 2 }, logs: [step(1), step(2)] });
  await post(url, { batch: { id: "b1", instance: "i", lastSeq: 2 }, logs: [step(1), step(2)] });
  await post(url, { batch: { id: "b2", instance: "i", lastSeq: 3 }, logs: [step(2), step(3)] });
  const [summary] = (await list(url, "flows")).flows;
  assert.deepEqual([summary?.entries, summary?.errors, summary?.lastStep], [3, 3, 2]);
  assert.equal((await list(url, "instances")).instances[0]?.stored, 3);
});

test("the same batch from many connections at once is stored once", async (t) => {
  const { url } = await collector(t);
  const answers = await Promise.all(range(1, 20).map((attempt) => post(url, batch("b1", "i", range(1, 50), { attempt }))));
  assert.equal(answers.reduce((sum, answer) => sum + (answer.body.count ?? 0), 0), 50);
  assert.equal((await stored(url)).length, 50);
});
