/**
 * What is no request: cron triggers, queues, mail, traces, alarms and web sockets, given to a real workerd by its own means. Each gets a
 * logger of its own, one request of ours or none, and its exceptions back.
 */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { pack } from "../package/packed.js";
import type { Entry } from "../support/protocol.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { startWorker, type Worker } from "./support/workerd.js";

const packed = pack();
let receiver: Receiver;
let worker: Worker;
const start = (output: "fetch" | "console"): Promise<Worker> =>
  startWorker(packed, "events.ts", { variables: { ENDPOINT: receiver.endpoint, OUTPUT: output }, objects: ["Room"], events: true });
before(async () => {
  receiver = await Receiver.start();
  worker = await start("fetch");
});
after(async () => {
  await worker?.stop();
  await receiver.close();
});
beforeEach(() => receiver.reset());

/** Gives the Worker an event; what became of it. */
async function happen(kind: string, about: object = {}, to = worker): Promise<string> {
  return (await fetch(`${to.events}/${kind}`, { method: "POST", body: JSON.stringify(about) })).text();
}

/** The entries of each request, once there are as many requests as events; one more event shows that none has sent a second one. */
async function requests(events: number): Promise<Entry[][]> {
  const sent = (): Entry[][] => receiver.received.map(({ logs }) => logs);
  await waitFor(`${events} requests`, () => sent().length >= events);
  await happen("scheduled", { cron: "fence", time: 0 });
  const isFence = (logs: readonly Entry[]): boolean => (logs[0]?.data as { cron?: string } | undefined)?.cron === "fence";
  await waitFor("the next event's request", () => sent().some(isFence));
  const all = sent().filter((logs) => !isFence(logs));
  assert.equal(all.length, events, "one request for each event");
  return all;
}

const messages = (entries: readonly Entry[]): unknown[] => entries.map(({ message }) => message);
const contextOf = (entry: Entry | undefined): unknown => entry?.context;
/** The request that holds an entry with this message. */
const having = (all: readonly Entry[][], message: string): Entry[] => all.find((logs) => messages(logs).includes(message)) ?? [];

/** The last entry is of what was thrown. */
function assertThrown(entries: readonly Entry[], message: string): void {
  const last = entries.at(-1);
  assert.deepEqual([last?.level, last?.errorName, last?.message], ["error", "RangeError", message]);
  assert.match(String(last?.errorStack), /RangeError: no/);
}

test("a cron trigger: its name and time, and what it left to be done", async () => {
  assert.equal(await happen("scheduled", { cron: "*/5 * * * *", time: 1_790_000_000_000 }), "ok");
  const [entries] = await requests(1);
  assert.deepEqual(messages(entries!), ["Swept", "Swept the rest"]);
  assert.deepEqual(contextOf(entries![0]), { event: { kind: "scheduled", cron: "*/5 * * * *", scheduledTime: 1_790_000_000_000 } });
});

test("a cron trigger that throws: logged and thrown on, and what it left to be done is logged, too", async () => {
  assert.equal(await happen("scheduled", { cron: "fail", time: 0 }), "exception");
  const [entries] = await requests(1);
  assert.deepEqual(messages(entries!), ["Swept", "no broom", "Swept the rest"]);
  assertThrown(entries!.slice(0, 2), "no broom");
});

test("a batch of a queue: its queue and how many messages", async () => {
  assert.equal(await happen("queue", { name: "orders", bodies: [{ order: "a" }, { order: "b" }, { order: "c" }] }), "ok");
  const [entries] = await requests(1);
  assert.deepEqual(messages(entries!), ["Packed a", "Packed b", "Packed c"]);
  assert.deepEqual(contextOf(entries![0]), { event: { kind: "queue", queue: "orders", messages: 3 } });
});

test("a batch of a queue that throws in the middle: logged and thrown on, for the platform to try again", async () => {
  assert.equal(await happen("queue", { name: "orders", bodies: [{ order: "a" }, { order: "fail" }, { order: "c" }] }), "exception");
  const [entries] = await requests(1);
  assert.deepEqual(messages(entries!), ["Packed a", "Packed fail", "no box"]);
  assertThrown(entries!, "no box");
});

test("a mail: its size, and neither sender nor receiver", async () => {
  assert.equal(await happen("email", { from: "ann@example.com", to: "shop@example.com", rawSize: 1234 }), "ok");
  const [entries] = await requests(1);
  assert.deepEqual(messages(entries!), ["Read a letter"]);
  assert.deepEqual(contextOf(entries![0]), { event: { kind: "email", rawSize: 1234 } });
  assert.doesNotMatch(receiver.received[0]!.text, /example\.com/);
});

test("a mail whose handler throws: logged and thrown on", async () => {
  assert.equal(await happen("email", { from: "fail", to: "shop@example.com", rawSize: 1 }), "RangeError: no stamp");
  const [entries] = await requests(1);
  assertThrown(entries!, "no stamp");
});

test("traces of another Worker: how many", async () => {
  assert.equal(await happen("tail"), "ok");
  const [entries] = await requests(1);
  assert.deepEqual([messages(entries!), entries![0]?.data], [["Traced"], [["seen"]]]);
  assert.deepEqual(contextOf(entries![0]), { event: { kind: "tail", traces: 1 } });
});

test("an alarm that throws: logged, thrown on, so that the platform tries again, and the second time is an event of its own", async () => {
  await (await fetch(`${worker.url}/alarm?fail`)).arrayBuffer();
  // The Worker's request, the object's, and two alarms.
  const all = await requests(4);
  const alarms = all.filter((logs) => logs[0]?.message === "Rang");
  assert.deepEqual(alarms.map(messages), [["Rang", "no bell"], ["Rang"]]);
  assertThrown(alarms[0]!, "no bell");
  const events = alarms.map(([entry]) => (contextOf(entry) as { event: { kind: string; retryCount: number } }).event);
  assert.deepEqual(events.map(({ kind, retryCount }) => [kind, retryCount]), [["alarm", 0], ["alarm", 1]]);
});

test("a web socket of an object: each message an event, the one that throws as well, and the close", async () => {
  assert.equal(await happen("socket", { texts: ["one", "two", "fail"], reason: "bye" }), "one!,two!,fail!");
  // The Worker's request, the object's, three messages and the close.
  const all = await requests(6);
  for (const text of ["one", "two"]) assert.deepEqual(messages(having(all, `Heard ${text}`)), [`Heard ${text}`]);
  const failed = having(all, "Heard fail");
  assert.deepEqual(messages(failed), ["Heard fail", "no voice"]);
  assertThrown(failed, "no voice");
  assert.deepEqual(contextOf(failed[0]), { event: { kind: "webSocketMessage" } });
  const [closed] = having(all, "Closed");
  assert.deepEqual([contextOf(closed), closed?.data], [{ event: { kind: "webSocketClose" } }, { code: 4001, clean: true }]);
});

/** Opens a web socket as browsers do, over a connection of its own; resolves when the answer has come. */
async function openSocket(url: string): Promise<Socket> {
  const { host, hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
  const [head] = await new Promise<string[]>((resolve) => socket.once("data", (bytes) => resolve(String(bytes).split("\r\n"))));
  assert.match(String(head), /^HTTP\/1\.1 101 /);
  return socket;
}

test("a web socket whose line breaks, and one that gets what is no frame", async () => {
  (await openSocket(`${worker.url}/socket`)).resetAndDestroy();
  const broken = await requests(3);
  const [closed] = having(broken, "Closed");
  assert.deepEqual([contextOf(closed), closed?.data], [{ event: { kind: "webSocketClose" } }, { code: 1006, clean: false }]);
  receiver.reset();
  const socket = await openSocket(`${worker.url}/socket`);
  // All reserved bits are set.
  socket.write(Buffer.from([0xff, 0x80, 0, 0, 0, 0]));
  const all = await requests(3);
  const [entry, ...more] = having(all, "The line broke");
  assert.deepEqual([entry?.level, contextOf(entry), more.length], ["warn", { event: { kind: "webSocketError" } }, 0]);
  socket.destroy();
});

test("where entries are printed, no event makes a request", async (t) => {
  const printing = await start("console");
  t.after(() => printing.stop());
  const printed = (text: string): Promise<unknown> => waitFor(text, () => printing.output.some((line) => line.includes(text)));
  assert.equal(await happen("scheduled", { cron: "fail", time: 0 }, printing), "exception");
  assert.equal(await happen("queue", { name: "orders", bodies: [{ order: "a" }] }, printing), "ok");
  assert.equal(await happen("email", { from: "x", to: "y", rawSize: 5 }, printing), "ok");
  assert.equal(await happen("tail", {}, printing), "ok");
  assert.equal(await happen("socket", { texts: ["one"], reason: "bye" }, printing), "one!");
  await (await fetch(`${printing.url}/alarm`)).arrayBuffer();
  for (const text of ["no broom", "Swept the rest", "Packed a", "Read a letter", "Traced", "Heard one", "Closed", "Rang"]) await printed(text);
  assert.deepEqual(receiver.received, []);
});
