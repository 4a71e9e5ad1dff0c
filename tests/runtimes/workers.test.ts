/** The Workers wrapper in a real workerd, against a real receiver: one logger and one request of ours for each event. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { pack } from "../package/packed.js";
import { answer } from "../support/behaviours.js";
import type { Entry } from "../support/protocol.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import type { Outcomes } from "./scenarios/scenarios.js";
import { judgeAll, prepare } from "./support/judge.js";
import { startWorker, type Worker } from "./support/workerd.js";

const packed = pack();
let receiver: Receiver;
let worker: Worker;
before(async () => {
  receiver = await Receiver.start();
  worker = await startWorker(packed, "app.ts", { variables: { ENDPOINT: receiver.endpoint }, objects: ["Cart"] });
});
after(async () => {
  await worker?.stop();
  await receiver.close();
});
beforeEach(() => receiver.reset());

const messages = (entries: readonly Entry[]): unknown[] => entries.map((entry) => entry.message);

/** The entries of the only request that came, once it has come. */
async function onlyRequest(): Promise<Entry[]> {
  await waitFor("a request of the logger", () => receiver.received.length > 0);
  // What would be a second one has been sent by now: the Worker answers only after it has begun its work.
  await (await fetch(`${worker.url}/quiet`)).arrayBuffer();
  await waitFor("the next event's request", () => receiver.received.some(({ logs }) => logs.some(({ message }) => message === "GET /quiet 204")));
  const [first, ...more] = receiver.received;
  assert.equal(more.length, 1, "one request for each event");
  return first!.logs;
}

test("an event's entries leave in one request, with what is known of the request", async () => {
  const headers = { "cf-ray": "8f2a-FRA", "cf-ipcountry": "DE" };
  const response = await fetch(`${worker.url}/twenty?token=secret`, { headers });
  assert.equal(await response.text(), "/twenty");
  const entries = await onlyRequest();
  assert.equal(entries.length, 21);
  assert.deepEqual([entries[0]?.message, entries.at(-1)?.message], ["Item 0", "GET /twenty 200"]);
  const { requestId, country, context } = entries[0] as Entry & { country: string };
  assert.deepEqual([requestId, country], ["8f2a-FRA", "DE"]);
  assert.deepEqual(context, { app: "shop", http: { method: "GET", path: "/twenty" }, cf: { ray: "8f2a-FRA", country: "DE" } });
  const { http } = entries.at(-1)!.context as { http: { status: number; durationMs: number } };
  assert.ok(http.status === 200 && http.durationMs >= 0, JSON.stringify(http));
  assert.doesNotMatch(receiver.received[0]!.text, /secret/);
  assert.ok(entries.every(({ timestamp }) => Math.abs(timestamp - Date.now()) < 60_000));
});

test("where the platform knows them, colo and country are its own", async () => {
  const cf = { colo: "FRA", country: "DE", asn: 64496 };
  await (await fetch(`${worker.url}/here`, { headers: { "x-cf": JSON.stringify(cf), "cf-ipcountry": "FR" } })).arrayBuffer();
  const [entry] = await onlyRequest();
  assert.deepEqual([(entry!.context as { cf: unknown }).cf, (entry as Entry & { country: string }).country], [{ colo: "FRA", country: "DE" }, "DE"]);
});

for (const [flags, reach] of [[["nodejs_compat"], "across await"], [["no_nodejs_compat_v2"], "to its function's logger alone"]] as const) {
  test(`withContext with ${flags.join()} reaches ${reach}`, async (t) => {
    const compatible = await startWorker(packed, "app.ts", { variables: { ENDPOINT: receiver.endpoint }, objects: ["Cart"], flags });
    t.after(() => compatible.stop());
    await Promise.all(["1", "2"].map(async (n) => (await fetch(`${compatible.url}/context?n=${n}`)).arrayBuffer()));
    await waitFor("both events", () => receiver.received.length === 2);
    for (const { logs } of receiver.received) {
      const [within, given, outside] = logs.map(({ context }) => (context as { n?: string }).n);
      const { n } = logs[0]!.data as { n: string };
      assert.deepEqual([within, given, outside], [reach === "across await" ? n : undefined, n, undefined]);
    }
  });
}

test("what a handler throws is logged and thrown on", async () => {
  const response = await fetch(`${worker.url}/throw`);
  assert.equal(response.status, 500);
  await response.arrayBuffer();
  const [entry, ...more] = await onlyRequest();
  assert.deepEqual([entry?.message, entry?.level, entry?.errorName, more.length], ["out of stock", "error", "TypeError", 0]);
});

test("what is logged after the answer arrives, with the rest", async () => {
  assert.equal(await (await fetch(`${worker.url}/late`)).text(), "/late");
  assert.equal(receiver.received.length, 0, "nothing is sent before the event's work has ended");
  assert.deepEqual(messages(await onlyRequest()), ["GET /late 200", "after the answer"]);
});

test("a log 3 s after a streamed response began arrives; the stream is what the handler gave", async () => {
  const response = await fetch(`${worker.url}/stream?ms=3000`);
  assert.deepEqual([response.status, response.headers.get("x-kept"), response.headers.get("content-type")], [201, "yes", "text/event-stream"]);
  assert.equal(await response.text(), "firstlast");
  assert.deepEqual(messages(await onlyRequest()), ["GET /stream 201", "in the stream"]);
});

test("1,000 interleaved events show no cross-talk", async () => {
  const total = 1000;
  let next = 0;
  const client = async (): Promise<void> => {
    for (let n = next++; n < total; n = next++) await (await fetch(`${worker.url}/interleaved?n=${n}`)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: 25 }, client));
  await waitFor("all requests", () => receiver.received.length === total, 30_000);
  const seen = new Set<string>();
  for (const { logs } of receiver.received) {
    const user = logs[0]?.userId;
    assert.equal(seen.has(String(user)), false);
    seen.add(String(user));
    assert.deepEqual(messages(logs), [0, 1, 2].map((i) => `step ${i} of ${user}`).concat("GET /interleaved 200"));
    assert.deepEqual([...new Set(logs.map(({ userId, requestId }) => `${userId} ${requestId}`))].length, 1);
  }
  assert.equal(seen.size, total);
  // Every entry of one core has a number of its own, without gaps.
  const numbers = new Map<string, number[]>();
  for (const { batch, logs } of receiver.received) {
    const { instance } = batch as { instance: string };
    numbers.set(instance, [...(numbers.get(instance) ?? []), ...logs.map(({ seq }) => Number(seq))]);
  }
  assert.ok(numbers.size < total / 2, `${numbers.size} cores: they are not used again`);
  for (const seqs of numbers.values()) {
    const sorted = seqs.sort((a, b) => a - b);
    assert.deepEqual(sorted, sorted.map((_, i) => sorted[0]! + i));
  }
});

test("more than fits one request is dropped and counted, and nothing is tried again", async () => {
  receiver.script(answer(503));
  await (await fetch(`${worker.url}/many`)).arrayBuffer();
  const entries = await onlyRequest();
  assert.equal(entries.length, 1000);
  // The core that dropped them says so with the next event that it works for; others do while it has not heard the answer.
  const accounts = () => receiver.received.map(({ batch }) => JSON.stringify((batch as { dropped?: Record<string, number> }).dropped));
  await waitFor("its account", async () => {
    const before = receiver.received.length;
    await (await fetch(`${worker.url}/quiet`)).arrayBuffer();
    await waitFor("the event's request", () => receiver.received.length > before);
    return accounts().includes('{"buffer_full":501,"retries_exhausted":1000}');
  });
  for (const { logs } of receiver.received.slice(1)) assert.deepEqual(messages(logs), ["GET /quiet 204"]);
});

test("consent that one event was denied holds for it, and says nothing of the next", async () => {
  await (await fetch(`${worker.url}/denied`)).arrayBuffer();
  await (await fetch(`${worker.url}/twenty`)).arrayBuffer();
  assert.equal((await onlyRequest()).length, 21);
});

test("a logger at the level of the module holds what it was given, and the module loads", async () => {
  const stats = (await (await fetch(`${worker.url}/shared`)).json()) as { accepted: number; buffered: number };
  assert.deepEqual([stats.accepted, stats.buffered], [2, 2]);
});

test("where entries are printed, no request is made, and what is printed is redacted as what is sent", async (t) => {
  const printing = await startWorker(packed, "console.ts", {});
  t.after(() => printing.stop());
  await (await fetch(`${printing.url}/x`)).arrayBuffer();
  await waitFor("the last entry", () => printing.output.some((line) => line.includes("GET /x 200")));
  const printed = printing.output.join("\n");
  for (const text of ["low", "Order 7 placed", "careful", "broken", "TypeError", "printing"]) assert.ok(printed.includes(text), text);
  assert.doesNotMatch(printed, /hunter2/);
  assert.ok(!receiver.received.some(({ text }) => text.includes("printing")));
});

test("the bundle of a Worker holds the façade once, and the core as a module and not as text", () => {
  assert.equal(worker.code.match(/sapwood: \$\{/g)?.length, 1);
  assert.equal(worker.code.match(/\.wasm"/g)?.length, 1);
  assert.ok(worker.code.length < 80_000, `${worker.code.length} bytes`);
});

test("workerd: the scenarios", async (t) => {
  const scenarios = await startWorker(packed, "../scenarios/worker.ts", { variables: { ENDPOINT: receiver.endpoint } });
  t.after(() => scenarios.stop());
  prepare(receiver);
  const outcomes = (await (await fetch(scenarios.url)).json()) as Outcomes;
  await judgeAll(t, "workerd", outcomes, receiver);
});
