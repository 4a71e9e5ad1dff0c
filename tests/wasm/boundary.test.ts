/** The input buffer, `merge` and `start`: what the façade calls before anything is logged (docs/boundary.md). */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { decode, ExtensionCodec } from "@msgpack/msgpack";
import { coreBytes } from "../../js/generated/bytes.js";
import { waitFor } from "../support/wait.js";
import { bytes, Core, flushed, input, memory, merge, reserve, start, write } from "./support/core.js";
import { Random } from "../support/random.js";
import { Receiver } from "./support/receiver.js";
import { configuration, encode, entry, type Value } from "./support/record.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

const numbers = new ExtensionCodec();
numbers.register({ type: 1, encode: () => null, decode: (text) => Number(Buffer.from(text).toString()) });

/** Merges these values; what then stands in the input buffer. */
function merged(...values: readonly Value[]): unknown {
  const length = merge(write(...values.map(encode)));
  assert.ok(length > 0);
  return decode(input(length).slice(), { extensionCodec: numbers });
}

test("the inlined bytes are those of the module", () => {
  assert.ok(Buffer.from(coreBytes()).equals(bytes));
});

test("reserve grows the memory, keeps what was written and stays where it is for less", () => {
  const pattern = new Random(1).bytes(1000);
  write(pattern);
  const view = input(1000);
  const before = memory.buffer.byteLength;
  const much = before + 1_000_000;
  const at = reserve(much);
  assert.ok(memory.buffer.byteLength >= at + much, "there is room for what was asked for");
  assert.ok(memory.buffer.byteLength > before);
  assert.equal(view.byteLength, 0, "a view from before is detached");
  assert.ok(Buffer.from(input(1000)).equals(pattern));
  for (const less of [0, 1, 1000, much]) assert.equal(reserve(less), at);
  // The whole of it can be written.
  input(much).fill(0xff);
  assert.ok(Buffer.from(input(much)).every((byte) => byte === 0xff));
});

test("reserve is the same buffer before and after a hand-over", () => {
  const core = new Core(server.endpoint);
  const at = reserve(100_000);
  core.records(entry(1));
  assert.equal(reserve(100_000), at);
});

test("merge: the right wins, maps are merged deeply, everything else is replaced", () => {
  assert.deepEqual(merged({ job: { id: 123, count: 1 }, a: [1, 2] }, { job: { count: 2 }, a: [3] }), { job: { id: 123, count: 2 }, a: [3] });
  assert.deepEqual(merged({ a: { b: 1 } }, { a: null }, { a: { c: 0.5 } }), { a: { c: 0.5 } });
  assert.deepEqual(merged({ a: 1 }, {}), { a: 1 });
  assert.deepEqual(merged({ a: true }), { a: true });
});

test("merge reads and writes the long forms", () => {
  const many = (count: number, from: number): Record<string, Value> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`key ${from + at} ${"x".repeat(40)}`, "y".repeat(70_000 / count)]));
  const [left, right] = [many(20, 0), many(20, 10)];
  assert.deepEqual(merged(left, right), { ...left, ...right });
});

test("merge gives 0 for what cannot be read, and the buffer can be used again", () => {
  const whole = encode({ a: { b: "text" } });
  for (let length = 1; length < whole.length; length++) assert.equal(merge(write(whole.subarray(0, length))), 0);
  assert.equal(merge(write(whole, Buffer.of(0xc1))), 0);
  assert.equal(merge(0), 0);
  let deep: Value = 1;
  for (let level = 0; level < 100; level++) deep = { deep };
  assert.equal(merge(write(encode(deep), encode(deep))), 0);
  const random = new Random(2);
  for (let round = 0; round < 500; round++) assert.ok(merge(write(random.bytes(random.below(60)))) >= 0);
  assert.deepEqual(merged({ a: 1 }, { b: 2 }), { a: 1, b: 2 });
});

test("merge is content with less than it was told of", () => {
  write(encode({ a: 1 }));
  assert.ok(merge(0xffff_ffff) >= 0);
  assert.deepEqual(merged({ a: 1 }), { a: 1 });
});

test("start works by the configuration record", async () => {
  const common = ',"source":"a \\"quoted\\" name","environment":"staging","version":"1.2.3"';
  const resource = ',"sdk":{"name":"sapwood","version":"9"},"resource":{"locale":"de"},"core":"wasm"';
  const core = new Core(server.endpoint, { batchSize: 2, common, resource, redactKeys: ["shoeSize"] }, { init: { method: "POST" } });
  core.records(entry(1, { message: "m", data: { shoe_size: "44", password: "x", size: 44 } }), entry(2), entry(3));
  await waitFor("a full batch", () => core.stat(1) === 2);
  assert.equal(core.stat(3), 1, "the third waits for its time");
  const [request] = server.received;
  assert.equal(request?.headers["x-api-key"], "raw-key");
  assert.equal(request?.headers["content-type"], "application/json");
  const [first] = request!.logs;
  assert.deepEqual([first?.["source"], first?.["environment"], first?.["version"]], ['a "quoted" name', "staging", "1.2.3"]);
  assert.deepEqual(first?.data, { shoe_size: "[redacted]", password: "[redacted]", size: 44 });
  assert.deepEqual(request?.batch.resource, { locale: "de" });
  core.assertSound();
});

test("start traps on a configuration that cannot be read, and another core goes on", async () => {
  const other = new Core(server.endpoint);
  other.records(entry(1));
  const noop = (): void => {};
  const random = new Random(3);
  const whole = configuration();
  const broken = [...Array.from({ length: 20 }, () => random.bytes(1 + random.below(80))), Buffer.alloc(0), whole.subarray(0, -1)];
  for (const record of broken) {
    assert.throws(() => start(write(record), server.endpoint, {}, {}, noop, noop, noop), WebAssembly.RuntimeError);
  }
  other.records(entry(2));
  assert.equal((await flushed(other)).delivered, 2);
  other.assertSound();
  const late = new Core(server.endpoint);
  late.records(entry(1));
  assert.equal((await flushed(late)).delivered, 1);
});
