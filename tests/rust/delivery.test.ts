/** Delivery from a Rust app, and what it is told: the answer of a flush, retries, the end, the callbacks. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { answer, cut, hang } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { type App, app, arrived, rust, settled } from "./support/app.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** accepted = delivered + unconfirmed + buffered + in flight + dropped */
function assertCloses(one: App): void {
  const [accepted = NaN, ...parts] = [...one.stats()];
  assert.equal(accepted, parts.slice(0, 5).reduce((sum, part) => sum + part, 0), `${one.stats()}`);
}

test("503, then 200: the flush waits, and the attempts have one batch id", async () => {
  const one = app(server.endpoint);
  server.script(answer(503));
  one.say("a");
  one.say("b");
  assertCloses(one);
  assert.deepEqual(await settled(one.flush()), [2, 0, 0, 200]);
  assert.deepEqual(server.received.map(({ batch, logs }) => [batch.attempt, logs.length]), [[1, 2], [2, 2]]);
  assert.equal(server.received[0]?.batch.id, server.received[1]?.batch.id);
  assert.deepEqual(one.told(), ["sapwood: server_error 503"]);
  assert.deepEqual([...one.stats()], [2, 2, 0, 0, 0, 0, 0, 0]);
});

test("a line that is cut is tried again; 400 and 401 are final", async () => {
  const one = app(server.endpoint);
  server.script(cut(), answer(200, { success: true, count: 1 }), answer(400), answer(401));
  one.say("cut");
  assert.deepEqual(await settled(one.flush()), [1, 0, 0, 200]);
  one.say("refused");
  assert.deepEqual(await settled(one.flush()), [0, 0, 1, 400]);
  one.say("forbidden");
  assert.deepEqual(await settled(one.flush()), [0, 0, 1, 401]);
  assert.deepEqual(one.told(), ["sapwood: network_error", "sapwood: rejected 400", "Rejected 1", "sapwood: unauthorized 401", "Rejected 1"]);
  assertCloses(one);
});

test("a flush with a time limit says what is pending when it is over", async () => {
  const one = app(server.endpoint);
  server.script(hang());
  one.say("a");
  assert.deepEqual(await settled(one.flush_within(50)), [0, 1, 0, 0]);
  assertCloses(one);
  // Or the request would arrive, or be tried again, in the midst of another test.
  await waitFor("the request", () => server.received.length === 1);
  await one.close_within(0);
});

test("entries leave by themselves: when the interval is over, and when the batch is full", async () => {
  const aged = app(server.endpoint, { flushIntervalMs: 30 });
  aged.say("aged");
  await waitFor("the interval", () => arrived(server).length > 0);
  const full = app(server.endpoint, { batchSize: 3 });
  for (const message of ["a", "b", "c"]) full.say(message);
  await waitFor("the batch", () => arrived(server).length >= 4);
  assert.deepEqual(arrived(server).map(({ message }) => message), ["aged", "a", "b", "c"]);
});

test("close sends what is held, once, and what is logged afterwards is counted as closed", async () => {
  const one = app(server.endpoint);
  one.say("last");
  const [first, second] = await Promise.all([settled(one.close()), settled(one.close())]);
  assert.deepEqual([first, second], [[1, 0, 0, 200], [1, 0, 0, 200]]);
  assert.equal(server.received[0]?.batch.final, "close");
  one.say("too late");
  assert.deepEqual(await settled(one.flush()), [1, 0, 0, 200]);
  assert.deepEqual([...one.stats()], [2, 1, 0, 0, 0, 1, 1, 0]);
  await waitFor("the callback", () => one.told().includes("Closed 1"));
  assert.equal(server.received.length, 1);
});

test("what is held is sent though no logger is left", async () => {
  const one = app(server.endpoint, { flushIntervalMs: 30 });
  one.say("orphan");
  one.forget();
  await waitFor("the orphan", () => arrived(server).some(({ message }) => message === "orphan"));
});

test("without consent nothing leaves, and what is held is counted", async () => {
  const one = app(server.endpoint);
  one.say("before");
  one.consent(false);
  one.say("after");
  assert.deepEqual(await settled(one.flush()), [0, 0, 0, 0]);
  assert.deepEqual([...one.stats()].slice(0, 6), [2, 0, 0, 0, 0, 2]);
  assert.deepEqual(one.told(), ["Consent 1", "Consent 1"]);
  one.consent(true);
  one.say("again");
  await one.flush();
  assert.deepEqual(arrived(server).map(({ message }) => message), ["again"]);
});

test("a callback for drops that logs itself is not called for what it has dropped", async () => {
  assert.equal(await rust.log_inside_of_on_drop(server.endpoint), 1);
});

test("thousands of entries: all arrive, in order, each once", async () => {
  const one = app(server.endpoint);
  for (let i = 0; i < 500; i++) one.levels();
  assertCloses(one);
  const entries = 500 * 5;
  assert.deepEqual(await settled(one.flush()), [entries, 0, 0, 200]);
  assert.deepEqual(arrived(server).map(({ seq }) => seq), Array.from({ length: entries }, (_, at) => at + 1));
});
