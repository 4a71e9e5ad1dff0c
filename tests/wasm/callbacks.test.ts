/** What a core calls back: numbers, signals, questions; and that cores are independent (docs/boundary.md). */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  DROP_REASONS,
  NOTIFY_DROPPED,
  NOTIFY_PROBLEM,
  NOTIFY_SETTLED,
  STAT_BUFFERED,
  STAT_DELIVERED,
  STAT_DROPPED,
  STAT_UNCONFIRMED,
} from "../../js/src/protocol.js";
import { answer, type Behaviour, cut, hang } from "../support/behaviours.js";
import type { Body } from "../support/protocol.js";
import { waitFor } from "../support/wait.js";
import { Core, flushed } from "./support/core.js";
import { replace } from "./support/globals.js";
import { Receiver } from "./support/receiver.js";
import { entry } from "./support/record.js";
import { BODY, HIDE, RESPONSE, VISIBILITY, WAKE } from "./support/signals.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("a flush is settled once, with what became of the entries before it", async () => {
  const core = new Core(server.endpoint);
  server.script(answer(200), answer(400, { count: 1 }));
  core.records(entry(1), entry(2));
  assert.deepEqual(await flushed(core), { token: 1, delivered: 2, pending: 0, dropped: 0, lastStatus: 200 });
  core.records(entry(3), entry(4), entry(5));
  assert.deepEqual(await flushed(core), { token: 2, delivered: 1, pending: 0, dropped: 2, lastStatus: 400 });
  server.script(hang());
  core.records(entry(6));
  assert.deepEqual(await flushed(core, 50), { token: 3, delivered: 0, pending: 1, dropped: 0, lastStatus: 400 });
  // Nothing is open: settled before the call returns.
  const idle = new Core(server.endpoint);
  assert.deepEqual(idle.settled(idle.flush()), { token: 1, delivered: 0, pending: 0, dropped: 0, lastStatus: 0 });
  core.assertSound();
});

test("every callback of numbers has six of them", async () => {
  const core = new Core(server.endpoint);
  server.script(answer(401));
  core.records(entry(1));
  await flushed(core);
  assert.deepEqual(core.notices, [
    [NOTIFY_PROBLEM, 3, 401, 0, 0, 0],
    [NOTIFY_SETTLED, 1, 0, 0, 1, 401],
    [NOTIFY_DROPPED, DROP_REASONS.indexOf("rejected"), 1, 0, 0, 0],
  ]);
});

const PROBLEMS: [name: string, status: number, behaviour: Behaviour][] = [
  ["network_error", 0, cut()],
  ["server_error", 503, answer(503)],
  ["server_error", 429, answer(429)],
  ["server_error", 408, answer(408)],
  ["rejected", 400, answer(400)],
  ["rejected", 404, answer(404)],
  ["unauthorized", 401, answer(401)],
  ["unauthorized", 403, answer(403)],
  ["payload_too_large", 413, answer(413)],
  ["timeout", 0, hang()],
];

for (const [name, status, behaviour] of PROBLEMS) {
  test(`a problem is reported by its number: ${name}${status ? `, status ${status}` : ""}`, async () => {
    // What is answered has its time, however busy the machine is.
    const core = new Core(server.endpoint, { timeoutMs: name === "timeout" ? 100 : 10_000 });
    server.script(behaviour);
    core.records(entry(1));
    await flushed(core);
    assert.deepEqual(core.problems(), [[name, status]]);
    core.assertSound();
  });
}

test("an answer that is no JSON counts by its status", async () => {
  const core = new Core(server.endpoint);
  server.script(async ({ response }) => void response.writeHead(200).end("<html>"));
  core.records(entry(1));
  assert.equal((await flushed(core)).delivered, 1);
  assert.deepEqual(core.problems(), []);
});

test("entry is called with the signal, the request and what it got; the timer's is 0", async () => {
  const core = new Core(server.endpoint, { flushInterval: 20 });
  core.records(entry(1));
  await waitFor("the delivery", () => core.stat(STAT_DELIVERED) === 1);
  // A timer may come too early by a fraction, and is set again.
  const timers = core.signals.slice(0, -2);
  assert.ok(timers.length > 0 && timers.every(([signal]) => signal === WAKE));
  const [[first, request, none, response] = [], [second, same, again, body] = []] = core.signals.slice(-2);
  assert.deepEqual([first, second], [RESPONSE, BODY]);
  assert.equal(request, same);
  assert.equal(none, undefined);
  assert.ok(response instanceof Response && again === response);
  assert.deepEqual(body, { success: true, count: 1 });
});

test("before a deadline is served and before the page goes, the owner is asked for what it still has", async () => {
  let last = 1;
  const core = new Core(server.endpoint, { flushInterval: 20 }, { drain: (self) => self.records(entry(++last)) });
  core.records(entry(1));
  await waitFor("the deadline", () => core.stat(STAT_DELIVERED) > 1);
  assert.deepEqual(server.received[0]?.logs.slice(0, 2).map(({ seq }) => seq), [1, 2]);
  core.receive(HIDE);
  const asked = last;
  await waitFor("the exit request", () => core.stat(STAT_DELIVERED) === asked);
  const exit = server.received.at(-1);
  assert.deepEqual([exit?.batch.lastSeq, exit?.batch.final], [asked, "hide"]);
  core.receive(VISIBILITY);
  assert.equal(last, asked, "a page that is seen again has nothing to hurry for");
  core.assertSound();
});

test("to another origin the last request needs no preflight: the key is in the body", async () => {
  const core = new Core(server.endpoint, { crossOrigin: true, apiKey: 'a "key"' });
  core.records(entry(1));
  await flushed(core);
  core.records(entry(2));
  core.receive(HIDE);
  await waitFor("the exit request", () => core.stat(STAT_DELIVERED) === 2);
  const seen = server.received.map(({ headers, batch }) => [headers["content-type"], headers["x-api-key"], (batch as { key?: string }).key]);
  assert.deepEqual(seen, [["application/json", "raw-key", undefined], ["text/plain", undefined, 'a "key"']]);
});

test("what a beacon takes is unconfirmed, and what it refuses is kept", async (t) => {
  let taken = false;
  const beacons: string[] = [];
  const sendBeacon = (_: string, body: Uint8Array): boolean => {
    beacons.push(Buffer.from(body).toString());
    return taken;
  };
  replace(t, "navigator", { sendBeacon, onLine: true });
  // Long delays: what is tried again at once is tried because the page may be going.
  const core = new Core(server.endpoint, { keepalive: false, initialDelayMs: 3_600_000, maxDelayMs: 3_600_000 });
  core.records(entry(1));
  core.receive(HIDE);
  assert.ok(beacons.length > 0);
  assert.deepEqual([core.stat(STAT_UNCONFIRMED), core.stat(STAT_BUFFERED)], [0, 1]);
  taken = true;
  core.receive(HIDE);
  assert.deepEqual([core.stat(STAT_UNCONFIRMED), core.stat(STAT_BUFFERED)], [1, 0]);
  assert.equal(new Set(beacons.map((body) => (JSON.parse(body) as Body).batch.id)).size, 1);
  assert.equal(server.received.length, 0);
  core.assertSound();
});

test("two cores side by side are independent", async () => {
  const one = new Core(server.endpoint, { common: ',"source":"one"' });
  const two = new Core(server.endpoint, { common: ',"source":"two"', batchSize: 1 });
  server.script(answer(401));
  one.records(entry(1));
  await flushed(one);
  one.consent(2);
  two.records(entry(1), entry(2));
  await waitFor("both batches", () => two.stat(STAT_DELIVERED) === 2);
  assert.deepEqual([one.stat(STAT_DELIVERED), one.stat(STAT_DROPPED + DROP_REASONS.indexOf("rejected"))], [0, 1]);
  assert.deepEqual(two.notices, []);
  const { received } = server;
  assert.deepEqual(received.map(({ logs }) => logs[0]?.["source"]), ["one", "two", "two"]);
  assert.equal(new Set(received.map(({ batch }) => batch.instance)).size, 2);
  assert.equal(new Set(received.map(({ batch }) => batch.id)).size, 3);
  for (const core of [one, two]) core.assertSound();
});
