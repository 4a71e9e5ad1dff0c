/**
 * Classes in a real workerd: methods that others call on a Durable Object and on a `WorkerEntrypoint`, what these give to their `waitUntil`, the
 * events of an entry; and that one instance of the core serves them all.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { pack } from "../package/packed.js";
import type { Entry } from "../support/protocol.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { startWorker, type Worker } from "./support/workerd.js";

const packed = pack();
let receiver: Receiver;
let worker: Worker;
before(async () => {
  receiver = await Receiver.start();
  worker = await startWorker(packed, "objects.ts", { variables: { ENDPOINT: receiver.endpoint }, objects: ["Counter"], entries: ["Side"], events: true });
});
after(async () => {
  await worker?.stop();
  await receiver.close();
});
beforeEach(() => receiver.reset());

const call = async (path: string, ...given: unknown[]): Promise<string> =>
  (await fetch(`${worker.url}/${path}?given=${encodeURIComponent(JSON.stringify(given))}`)).text();
const happen = async (kind: string, about: object): Promise<string> =>
  (await fetch(`${worker.events}/${kind}?to=SIDE`, { method: "POST", body: JSON.stringify(about) })).text();
const sent = (): Entry[][] => receiver.received.map(({ logs }) => logs);

/** The entries of the event in which this was logged, once it has been sent. */
async function having(message: string): Promise<Entry[]> {
  const one = (): Entry[] | undefined => sent().find((logs) => logs.some((entry) => entry.message === message));
  await waitFor(message, () => one() !== undefined);
  return one()!;
}
const messages = (logs: readonly Entry[]): unknown[] => logs.map(({ message }) => message);
const kindOf = ([entry]: readonly Entry[]): unknown => (entry!.context as { event: { kind: string } }).event.kind;

test("a method that is named gets a logger behind its arguments, however many its caller gives", async () => {
  assert.equal(await call("counter/increment", 5), "5");
  const entries = await having("Counted");
  assert.deepEqual([messages(entries), entries[0]!.data, kindOf(entries)], [["Counted"], { by: 5 }, "increment"]);
  receiver.reset();
  assert.equal(await call("counter/increment"), "6", "its own default");
  assert.deepEqual((await having("Counted"))[0]!.data, { by: 1 });
  receiver.reset();
  assert.equal(await call("counter/increment", 1, { info: "a caller brings none" }), "7");
  await having("Counted");
});

test("a method that is not named is left alone, whatever its name", async () => {
  assert.equal(await call("counter/plain", 1, 2, 3, 4, 5), "5");
  assert.equal(await call("counter/queue", "book", 3), '"book at 3"');
});

test("what an object gives to its waitUntil keeps its logger open", async () => {
  await call("counter/later");
  assert.deepEqual(messages(await having("After")), ["Before", "After"]);
});

test("what a method throws is logged, and thrown on to its caller", async () => {
  assert.match(await call("counter/fail"), /no count/);
  const entries = await having("no count");
  assert.deepEqual([messages(entries), entries.at(-1)!.errorName], [["Before", "no count"], "RangeError"]);
});

test("an entry's methods and events get loggers, and what it gives to its waitUntil keeps them open", async () => {
  assert.equal(await call("side/sum", 2, 3), "5");
  assert.deepEqual((await having("Added"))[0]!.data, { a: 2, b: 3 });
  assert.equal(await happen("scheduled", { cron: "* * * * *", time: 0 }), "ok");
  assert.equal(kindOf(await having("Swept")), "scheduled");
  assert.equal(await happen("queue", { name: "orders", bodies: [1, 2] }), "ok");
  assert.deepEqual((await having("Packed"))[0]!.context, { event: { kind: "queue", queue: "orders", messages: 2 } });
  assert.equal(await happen("email", { from: "a", to: "b", rawSize: 3 }), "RangeError: no stamp");
  assert.deepEqual(messages(await having("no stamp")), ["Read a letter", "no stamp"]);
  assert.equal(await happen("tail", {}), "ok");
  assert.equal(kindOf(await having("Traced")), "tail");
  await happen("fetched", {});
  assert.deepEqual(messages(await having("Fetched")), ["Fetched", "Fetched the rest"]);
});

test("handlers, objects, entries and loggers of the module share one instance of the core", async () => {
  await call("plain");
  await call("counter/increment", 1);
  await call("side/sum", 1, 1);
  for (const message of ["Plain", "To plain", "Counted", "Added"]) await having(message);
  assert.equal(await call("instances"), "1");
});
