/** Operations: what `records` makes of them, what it counts, and what it does with bytes that are none (docs/boundary.md). */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  DROP_REASONS,
  STAT_ACCEPTED,
  STAT_BUFFERED,
  STAT_DELIVERED,
  STAT_DROPPED,
  STAT_IN_FLIGHT,
  STAT_STORED,
  STAT_UNCONFIRMED,
} from "../../js/src/protocol.js";
import { answer } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Core, flushed } from "./support/core.js";
import { garbage } from "./support/garbage.js";
import { held } from "./support/held.js";
import { Random } from "../support/random.js";
import { Receiver } from "./support/receiver.js";
import { Decimal, drop, encode, entry, resource, scope } from "./support/record.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

const REJECTED = DROP_REASONS.indexOf("rejected");
const BUFFER_FULL = DROP_REASONS.indexOf("buffer_full");

test("an entry arrives with the fields of its own and those of its scope", async () => {
  const core = new Core(server.endpoint);
  core.records(
    scope([["userId", "u1"], ["sessionId", "s1"], ["context", { job: { id: 1, count: 1 } }], ["context", { job: { count: 2 } }]]),
    scope({ userId: "u2", flowId: "f", flow: { name: "checkout" } }),
    entry(1, { message: "first", context: { job: { done: true } }, sessionId: null }, { severity: 1, timestamp: 1_700_000_000_000 }),
    entry(
      2,
      { message: "second", stepIndex: 7, tags: ["a", "b"], data: [1, new Decimal("-0.5"), "x", null, true, {}] },
      { severity: 21, scope: 1 },
    ),
    entry(3, { message: "no scope has this number" }, { scope: 9 }),
  );
  // The scopes of one hand-over end with it.
  core.records(entry(4));
  await flushed(core);
  const common = { source: "shop", environment: "test" };
  const timestamp = 1_763_640_000_000;
  const [first, second, third, fourth] = server.received[0]!.logs;
  const context = { job: { id: 1, count: 2, done: true } };
  assert.deepEqual(first, { seq: 1, timestamp: 1_700_000_000_000, level: "trace", ...common, message: "first", userId: "u1", context });
  const data = [1, -0.5, "x", null, true, {}];
  const flow = { flowId: "f", stepIndex: 7, flow: { name: "checkout" } };
  assert.deepEqual(second, { seq: 2, timestamp, level: "fatal", ...common, message: "second", data, tags: ["a", "b"], userId: "u2", ...flow });
  assert.deepEqual(third, { seq: 3, timestamp, level: "info", ...common, message: "no scope has this number" });
  assert.deepEqual(fourth, { seq: 4, timestamp, level: "info", ...common, message: "entry 4" });
  core.assertSound();
});

test("of several values for a field the last wins, nil takes away, and truncated is the union", async () => {
  const core = new Core(server.endpoint);
  core.records(
    scope([["userId", "u1"], ["userId", "u2"], ["truncated", 1 << 1]]),
    entry(1, [["message", "a"], ["message", "b"], ["data", 1], ["data", null], ["requestId", "r"], ["requestId", null], ["truncated", 1 << 13]]),
    entry(2, { message: "x".repeat(10_001) }),
  );
  await flushed(core);
  const [first, second] = server.received[0]!.logs;
  const { message, userId, data, requestId } = first!;
  assert.deepEqual({ message, userId, data, requestId }, { message: "b", userId: "u2", data: null, requestId: undefined });
  assert.deepEqual((first!["truncated"] as string[]).sort(), ["context", "data"]);
  assert.deepEqual([second!.message.length, (second!["truncated"] as string[]).sort()], [10_000, ["data", "message"]]);
});

test("a new resource stands in the batches that are made after it", async () => {
  const core = new Core(server.endpoint, { resource: ',"resource":{"url":"/a"}' });
  core.records(entry(1));
  await flushed(core);
  core.records(resource(',"resource":{"url":"/b"},"core":"wasm"'), entry(2));
  await flushed(core);
  assert.deepEqual(server.received.map(({ batch }) => batch.resource), [{ url: "/a" }, { url: "/b" }]);
});

test("stat: entries are buffered, in flight, delivered", async () => {
  const core = new Core(server.endpoint);
  const { behaviour, release } = held(answer(200));
  server.script(behaviour);
  const indices = [STAT_ACCEPTED, STAT_DELIVERED, STAT_UNCONFIRMED, STAT_BUFFERED, STAT_IN_FLIGHT, STAT_STORED];
  const counts = (): number[] => indices.map((index) => core.stat(index));
  assert.deepEqual(counts(), [0, 0, 0, 0, 0, 0]);
  core.records(entry(1), entry(2));
  assert.deepEqual(counts(), [2, 0, 0, 2, 0, 0]);
  const token = core.flush();
  core.records(entry(3));
  assert.deepEqual(counts(), [3, 0, 0, 1, 2, 0]);
  await waitFor("the request", () => server.received.length === 1);
  core.assertSound();
  release();
  await waitFor("the flush", () => core.settled(token));
  assert.deepEqual(counts(), [3, 2, 0, 1, 0, 0]);
  await flushed(core);
  assert.deepEqual(counts(), [3, 3, 0, 0, 0, 0]);
  for (const none of [21, 22, 1000, 0xffff_ffff]) assert.equal(core.stat(none), 0);
});

test("stat: every drop reason of the façade's is counted under its number, and not told again", async () => {
  const core = new Core(server.endpoint);
  core.records(...DROP_REASONS.map((_, reason) => drop(reason, 100 + reason)), entry(1000));
  DROP_REASONS.forEach((_, reason) => assert.equal(core.stat(STAT_DROPPED + reason), 100 + reason));
  core.assertSound();
  await flushed(core);
  assert.deepEqual(server.received[0]?.batch.dropped, Object.fromEntries(DROP_REASONS.map((name, reason) => [name, 100 + reason])));
  assert.deepEqual(core.drops(), []);
});

test("stat: what the core drops is counted and told, lowest level first", async () => {
  const core = new Core(server.endpoint, { maxBufferBytes: 16_384 });
  const text = "x".repeat(990);
  core.records(...Array.from({ length: 40 }, (_, at) => entry(at + 1, { message: text }, { severity: at % 2 ? 17 : 5 })));
  const dropped = core.stat(STAT_DROPPED + BUFFER_FULL);
  assert.ok(dropped > 20 && dropped < 40, String(dropped));
  core.assertSound();
  assert.equal(core.drops().reduce((sum, [reason, count]) => sum + (reason === BUFFER_FULL ? count : NaN), 0), dropped);
  await flushed(core);
  assert.deepEqual(new Set(server.received.flatMap(({ logs }) => logs.map(({ level }) => level))), new Set(["error"]));
  server.script(answer(400));
  core.records(entry(41));
  await flushed(core);
  assert.equal(core.stat(STAT_DROPPED + REJECTED), 1);
  core.assertSound();
});

/** Field 0 of an entry, its value left to the test. */
const open = entry(3, [["message", null]]).subarray(0, -1);

const BROKEN: Record<string, Uint8Array> = {
  "an unknown operation, and an entry behind it": Buffer.concat([encode(9), entry(3)]),
  "an entry that ends too early": entry(3).subarray(0, -4),
  "a value that begins with no marker of ours": Buffer.concat([open, Buffer.of(0xc1)]),
  "a number in a form that is not ours": Buffer.concat([open, Buffer.of(0xcb, 0, 0, 0, 0, 0, 0, 0, 0)]),
  "more fields than there are": Buffer.concat([entry(3, {}).subarray(0, -1), encode(0xffff_ffff)]),
  "a list longer than everything": Buffer.concat([open, Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff), encode(1)]),
  "a string longer than everything": Buffer.concat([open, Buffer.of(0xdb, 0xff, 0xff, 0xff, 0xff), encode(1)]),
  "a resource that is no text": Buffer.concat([resource("").subarray(0, 1), encode({})]),
};

for (const [what, bytes] of Object.entries(BROKEN)) {
  test(`a malformed record is reported as internal and loses nothing that came before: ${what}`, async () => {
    const core = new Core(server.endpoint);
    core.records(entry(1), entry(2), bytes);
    assert.deepEqual(core.problems(), [["internal", 0]]);
    core.assertSound();
    core.records(entry(4));
    assert.equal((await flushed(core)).delivered, 3);
    assert.deepEqual(server.received[0]?.logs.map(({ seq }) => seq), [1, 2, 4]);
    core.assertSound();
  });
}

test("an entry of no level is unserialisable, and the others are not", async () => {
  const core = new Core(server.endpoint);
  core.records(entry(1), entry(2, { message: "m" }, { severity: 2 }), entry(3, { message: "n" }, { severity: 1000 }), entry(4));
  assert.equal(core.stat(STAT_DROPPED + DROP_REASONS.indexOf("unserialisable")), 2);
  assert.equal((await flushed(core)).delivered, 2);
  core.assertSound();
});

test("2,000 garbage hand-overs never trap, and the sum closes after each", async () => {
  // Nothing leaves without consent, so that what they leave behind does not reach the wire.
  const core = new Core(server.endpoint, { consent: 0, maxBufferBytes: 65_536 });
  const random = new Random(20_261_120);
  let whole = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = garbage(random);
    const reported = core.problems().length;
    try {
      core.records(bytes);
    } catch (cause) {
      assert.fail(new Error(`round ${round} trapped: ${Buffer.from(bytes).toString("hex")}`, { cause }));
    }
    if (core.problems().length === reported) whole++;
    core.assertSound();
  }
  // Garbage that is all refused at its first byte, or all understood, would prove little.
  assert.ok(whole > 50 && whole < 1500, `${whole} of 2000 were read to their end`);
  assert.ok(core.stat(STAT_ACCEPTED) > 1000, `${core.stat(STAT_ACCEPTED)} entries were read`);
  const other = new Core(server.endpoint);
  other.records(entry(1));
  assert.equal((await flushed(other)).delivered, 1);
});
