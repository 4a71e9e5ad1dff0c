/**
 * What logging costs a Worker: processor time of a request, what the caller waits, and the memory of an isolate after ten thousand.
 * Times are compared with what the same run needs without logging; those in milliseconds are printed.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { pack } from "../package/packed.js";
import { hang } from "../support/behaviours.js";
import { processorMs } from "../support/processor.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { installed } from "./support/install.js";
import { startWorker, type Worker } from "./support/workerd.js";

const packed = pack();
let receiver: Receiver;
let worker: Worker;
before(async () => {
  receiver = await Receiver.start();
  worker = await startWorker(packed, "cost.ts", { variables: { ENDPOINT: receiver.endpoint }, inspector: true });
});
after(async () => {
  await worker?.stop();
  await receiver.close();
});
beforeEach(() => receiver.reset());

type Path = "/bare" | "/floor" | "/wrapped" | "/logged";
const ask = async (path: Path): Promise<void> => {
  assert.equal(await (await fetch(worker.url + path)).text(), "answer");
};
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** Requests one after the other, and until ours have arrived; what was received is forgotten. */
async function many(path: Path, count: number, parallel = 1): Promise<void> {
  receiver.reset();
  let left = count;
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (left-- > 0) await ask(path);
  }));
  await waitFor("the requests of the logger", () => path === "/bare" || receiver.received.length === count, 30_000);
  receiver.reset();
}

/** In the long form ten thousand requests are ten thousand. */
const FULL = process.env["SAPWOOD_FULL"] !== undefined;
const BLOCK = FULL ? 400 : 150;
const ROUNDS = FULL ? 5 : 3;
/**
 * What twenty logs may add to the wrapper's own need, and what an event may need with them, wrapper and sending included: as multiples
 * of an event that sends one ready body. (Of the difference between that and an event that sends nothing it is too few of the clock's
 * ticks to divide by.) Measured: 0.3 to 0.5, and 2.1 to 3.
 */
const LOGS_MAX = 1.5;
const WHOLE_MAX = 5;

test("of the processor, twenty logs need less than the one request that carries them, and all of it little more", async (t) => {
  const paths: readonly Path[] = ["/bare", "/floor", "/wrapped", "/logged"];
  // Until the code is compiled.
  for (const path of paths) await many(path, BLOCK);
  const spent: Record<Path, number[]> = { "/bare": [], "/floor": [], "/wrapped": [], "/logged": [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const path of paths) {
      const began = processorMs(worker.pid);
      await many(path, BLOCK);
      spent[path].push((processorMs(worker.pid) - began) / BLOCK);
    }
  }
  const of = (path: Path): number => spent[path].reduce((sum, ms) => sum + ms, 0) / ROUNDS;
  const floor = of("/floor");
  const [logs, whole] = [(of("/logged") - of("/wrapped")) / floor, of("/logged") / floor];
  t.diagnostic(`ms of the processor for a request: ${paths.map((path) => `${path} ${of(path).toFixed(2)}`).join(", ")}; logs ${logs.toFixed(2)}, whole ${whole.toFixed(2)} times the floor`);
  assert.ok(logs < LOGS_MAX, `twenty logs: ${logs} times the floor`);
  assert.ok(whole < WHOLE_MAX, `all of it: ${whole} times the floor`);
});

/** Between two requests, so that none waits for what the one before has left to be done. */
const PAUSE_MS = 8;
/** As a multiple of the time with one request that somebody else leaves to be done after the answer. Measured: 0.96. */
const WAIT_MAX = 1.3;

test("the answer comes as soon as with any request that is made after it", async (t) => {
  const waited: Record<Path, number[]> = { "/bare": [], "/floor": [], "/wrapped": [], "/logged": [] };
  await many("/logged", BLOCK);
  for (let n = 0; n < BLOCK; n++) {
    for (const path of ["/bare", "/floor", "/logged"] as const) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const began = performance.now();
      await ask(path);
      waited[path].push(performance.now() - began);
    }
  }
  await waitFor("the last request", () => receiver.received.length === 2 * BLOCK);
  const [bare, floor, logged] = [median(waited["/bare"]), median(waited["/floor"]), median(waited["/logged"])];
  t.diagnostic(`ms until the answer: /bare ${bare.toFixed(2)}, /floor ${floor.toFixed(2)}, /logged ${logged.toFixed(2)}`);
  assert.ok(logged < floor * WAIT_MAX, `${logged} ms, against ${floor}`);
});

test("the answer is whole before anything is sent, and does not wait for an endpoint that never answers", async () => {
  receiver.script(hang());
  await ask("/logged");
  assert.equal(receiver.received.length, 0);
  await waitFor("the request of the logger", () => receiver.received.length === 1);
  assert.equal(receiver.received[0]!.answeredAt, undefined);
});

/** What the isolate holds after its garbage was collected. */
async function memory(): Promise<{ heap: number; instances: number; bytes: number }> {
  const { WebSocket } = (await import(pathToFileURL(join(installed("workerd"), "node_modules/ws/wrapper.mjs")).href)) as {
    WebSocket: new (url: string) => { once(event: string, listener: (data: unknown) => void): void; send(text: string): void; close(): void };
  };
  const cores = (await (await fetch(`${worker.url}/memory`)).json()) as { instances: number; bytes: number };
  const socket = new WebSocket(worker.inspector);
  await new Promise((resolve) => socket.once("open", resolve));
  const answered = new Promise<unknown>((resolve) => socket.once("message", resolve));
  socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
  const { result } = JSON.parse(String(await answered)) as { result: { usedSize: number } };
  socket.close();
  return { heap: result.usedSize, ...cores };
}

const REQUESTS = FULL ? 10_000 : 5_000;
/** Less than what a single object that is kept of each would take; a core that is kept takes kilobytes. Some more of those may work at once. */
const GROWTH_BYTES_MAX = 100 * REQUESTS;

test("thousands of requests through one isolate leave the heap and the core's memory as they were", async (t) => {
  await many("/logged", 1000, 25);
  const first = await memory();
  await many("/logged", REQUESTS, 25);
  const last = await memory();
  t.diagnostic(`heap ${first.heap} → ${last.heap}, memory of the core ${first.bytes} → ${last.bytes}`);
  assert.equal(last.instances, 1);
  assert.ok(last.bytes - first.bytes < GROWTH_BYTES_MAX, `the core's memory has grown by ${last.bytes - first.bytes} bytes`);
  assert.ok(last.heap - first.heap < GROWTH_BYTES_MAX, `the heap has grown by ${last.heap - first.heap} bytes`);
});
