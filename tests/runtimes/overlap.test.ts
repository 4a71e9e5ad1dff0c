/** `createLogger` in a real workerd: one logger of the module, used before there is a request and by requests that overlap. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { pack } from "../package/packed.js";
import { answer, type Behaviour } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { startWorker, type Worker } from "./support/workerd.js";

interface State {
  early: Record<string, { pending: number } | string>;
  errors: string[];
  stats: { accepted: number; delivered: number };
}

const packed = pack();
let receiver: Receiver;
let worker: Worker;
before(async () => {
  receiver = await Receiver.start();
  worker = await startWorker(packed, "plain.ts", { variables: { ENDPOINT: receiver.endpoint } });
});
after(async () => {
  await worker?.stop();
  await receiver.close();
});
beforeEach(() => receiver.reset());

const get = async <T>(path: string): Promise<T> => (await (await fetch(worker.url + path)).json()) as T;
const messages = (): unknown[] => receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message));

test("a flush at the level of the module answers at once, and hurts no logger", async () => {
  const { early, errors, stats } = await get<State>("/state");
  const nothing = { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 };
  assert.deepEqual([early, errors, stats.accepted], [{ plain: nothing, slim: nothing }, [], 1]);
  assert.equal((await get<{ delivered: number }>("/slim")).delivered, 2);
  assert.equal((await get<{ delivered: number }>("/short")).delivered, 2);
  assert.deepEqual(messages(), ["at once", "in a request", "at once", "/short"]);
  const [entry] = receiver.received[0]!.logs;
  assert.equal(Object.keys(entry!.context!).length, 18, "more contexts than are kept side by side");
  assert.ok(Math.abs(entry!.timestamp - Date.now()) < 60_000);
});

test("requests that overlap share one logger, and each flush delivers by the means of its own request", async () => {
  const total = 40;
  // What was logged at the level of the module leaves first.
  await get("/short");
  receiver.reset();
  const before = (await get<State>("/state")).stats.accepted;
  // None is answered before the last has come: every request of ours waits while the others are made.
  const open: (() => void)[] = [];
  const late: Behaviour = async (exchange) => {
    await new Promise<void>((resolve) => open.push(resolve));
    await answer(200)(exchange);
  };
  receiver.script(...Array.from({ length: total }, () => late));
  for (let n = 0; n < total; n++) await (await fetch(`${worker.url}/${n}`)).arrayBuffer();
  await waitFor("all requests", () => open.length === total);
  for (const release of open) release();
  let state!: State;
  await waitFor("all answers", async () => {
    state = await get<State>("/state");
    return state.stats.delivered === before + total;
  });
  assert.deepEqual(messages().sort(), Array.from({ length: total }, (_, n) => `/${n}`).sort());
  assert.deepEqual([state.errors, state.stats.accepted], [[], before + total]);
});

test("what a flush could not deliver is held for the next one, under the number that it had", async () => {
  // Its own delay, drawn from zero on, could be over within the flush.
  receiver.script(answer(503, {}, { "Retry-After": "1" }));
  assert.deepEqual(await get("/short"), { delivered: 0, pending: 1, dropped: 0, lastStatus: 503 });
  await (await fetch(`${worker.url}/next`)).arrayBuffer();
  await waitFor("both entries", () => messages().includes("/next"));
  assert.deepEqual(messages(), ["/short", "/short", "/next"]);
  const [first, again, next] = receiver.received;
  assert.equal(again!.batch.id, first!.batch.id);
  assert.deepEqual([next!.batch.instance, next!.logs[0]!.seq], [first!.batch.instance, first!.logs[0]!.seq + 1]);
});
