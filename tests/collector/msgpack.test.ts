/** MessagePack: what the reference library writes is read as JSON would be, and hostile bytes neither throw nor take memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, ExtData } from "@msgpack/msgpack";
import { decodeMsgpack, MsgpackError } from "../../js/dev/src/intake/msgpack.js";
import { ENTRY_DEPTH_MAX, MSGPACK_DEPTH_MAX, MSGPACK_VALUES_MAX } from "../../js/dev/src/limits.js";
import { range as numbers } from "./support.js";
import { batch, collector, entry, post, stored } from "./support.js";

const VALUES: readonly unknown[] = [
  null, true, false, 0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -32, -33, -128, -129, -32_769, -(2 ** 31) - 1,
  1.5, -0.1, 1e300, "", "a", "ä😀\u0000", "x".repeat(31), "x".repeat(32), "x".repeat(256), "x".repeat(70_000), [], [[[]]],
  Array(15).fill(1), Array(16).fill(1), Array(70_000).fill(0), {}, { a: { b: [1, { c: null }] } },
  Object.fromEntries(numbers(1, 16).map((n) => [`k${n}`, n])), Object.fromEntries(numbers(1, 70_000).map((n) => [`k${n}`, n])),
];

test("every kind and length is read as the library wrote it", () => {
  for (const value of VALUES) {
    assert.deepEqual(decodeMsgpack(encode(value)), value, JSON.stringify(value)?.slice(0, 60));
    assert.deepEqual(decodeMsgpack(encode(value, { forceFloat32: true, ignoreUndefined: true })), JSON.parse(JSON.stringify(roundedToFloat(value))));
  }
});

/** Numbers that are not whole as the library writes them with `forceFloat32`. */
function roundedToFloat(value: unknown): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    const rounded = Math.fround(value);
    return Number.isFinite(rounded) ? rounded : String(rounded);
  }
  return value;
}

test("what JSON does not know becomes what JSON can hold", () => {
  const time = new Date("2026-11-26T14:00:00.123Z");
  assert.deepEqual(decodeMsgpack(encode({ t: time, b: Uint8Array.of(1, 2, 255), e: new ExtData(5, Uint8Array.of(1)) })), {
    t: time.toISOString(),
    b: "AQL/",
    e: { type: 5, data: "AQ==" },
  });
  assert.deepEqual(decodeMsgpack(encode([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])), ["NaN", "Infinity", "-Infinity"]);
  assert.equal(decodeMsgpack(encode(2n ** 60n, { useBigInt64: true })), 2 ** 60);
  assert.equal(decodeMsgpack(encode(-(2n ** 60n), { useBigInt64: true })), -(2 ** 60));
  assert.equal(decodeMsgpack(encode(new ExtData(1, Buffer.from("-12.5e3")))), -12_500, "a number as the client's core keeps it");
  for (const far of [new Date(-1), new Date(8.64e15), new Date(2 ** 34 * 1_000)]) assert.equal(decodeMsgpack(encode(far)), far.toISOString());
});

test("__proto__ is a key like any other", () => {
  const bytes = Buffer.concat([Buffer.of(0x82, 0xa9), Buffer.from("__proto__"), Buffer.of(0x81, 0xa1, 0x78, 1, 0xa1, 0x61, 2)]);
  const value = decodeMsgpack(bytes) as object;
  assert.deepEqual(JSON.stringify(value), '{"__proto__":{"x":1},"a":2}');
  assert.equal("x" in value, false);
});

const HOSTILE: readonly (readonly [name: string, bytes: Buffer])[] = [
  ["an array of four billion", Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
  ["a map of four billion", Buffer.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1)],
  ["a text of four billion", Buffer.of(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff)],
  ["binary of four billion", Buffer.of(0x91, 0xc6, 0xff, 0xff, 0xff, 0xff)],
  ["an extension of four billion", Buffer.of(0x91, 0xc9, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ["the unused byte", Buffer.of(0x91, 0xc1)],
  ["a cut map", Buffer.of(0x82, 0xa1, 0x61, 1)],
  ["a cut number", Buffer.of(0x91, 0xcf, 0, 0)],
  ["a rest", Buffer.of(0x90, 0x90)],
  ["a map as a key", Buffer.of(0x81, 0x80, 1)],
  ["an array as a key", Buffer.of(0x81, 0x91, 0x01, 1)],
  ["nil as a key", Buffer.of(0x81, 0xc0, 1)],
  ["text that is no UTF-8", Buffer.of(0x91, 0xa2, 0xc0, 0xaf)],
  ["a surrogate in UTF-8", Buffer.of(0x91, 0xa3, 0xed, 0xa0, 0x80)],
  ["a million arrays", Buffer.alloc(1_000_000, 0x91)],
  ["a million maps", Buffer.concat(Array<Buffer>(500_000).fill(Buffer.of(0x81, 0xa0)))],
  ["a million arrays that claim eight million", Buffer.concat(Array<Buffer>(200_000).fill(Buffer.of(0xdd, 0, 0x0f, 0x42, 0x40)))],
];
for (const [name, bytes] of HOSTILE) {
  test(`refused without harm: ${name}`, async (t) => {
    const before = process.memoryUsage().rss;
    assert.throws(() => decodeMsgpack(bytes), MsgpackError);
    assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024, "it took much memory");
    const { url } = await collector(t);
    const { status, body } = await post(url, bytes);
    assert.deepEqual([status, typeof body.error], [400, "string"]);
    assert.equal((await post(url, encode([entry(1)]))).status, 200, "the collector goes on");
  });
}

test("the number of values is bounded: a smaller batch is asked for", async (t) => {
  const { url } = await collector(t);
  const many = Buffer.concat([encode([{ ...entry(1), data: null }]).slice(0, -1), Buffer.of(0xdd), sizeOf(MSGPACK_VALUES_MAX), Buffer.alloc(MSGPACK_VALUES_MAX, 0xc0)]);
  assert.equal((await post(url, many)).status, 413);
});

function sizeOf(length: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length);
  return size;
}

test("an entry that nests too deeply is named, a body that does is refused", async (t) => {
  const { url } = await collector(t);
  const nested = (depth: number): Uint8Array =>
    Buffer.concat([encode([{ ...entry(1), data: null }]).slice(0, -1), Buffer.alloc(depth - 2, 0x91), Buffer.of(0x90)]);
  assert.equal((await post(url, nested(ENTRY_DEPTH_MAX))).status, 200);
  const named = await post(url, nested(ENTRY_DEPTH_MAX + 1));
  assert.deepEqual([named.status, named.body.issues?.[0]?.path], [400, [0]]);
  const refused = await post(url, nested(MSGPACK_DEPTH_MAX + 1));
  assert.deepEqual([refused.status, refused.body.issues], [400, undefined]);
});

test("a batch in MessagePack is stored as the same batch in JSON is", async (t) => {
  const { url } = await collector(t);
  const sent = batch("m", "i", [1, 2, 3], { resource: { source: "shop" } });
  assert.deepEqual((await post(url, encode(sent), { "content-type": "application/msgpack" })).body.count, 3);
  assert.equal((await post(url, sent)).body.duplicates, 3);
  assert.deepEqual((await stored(url)).map((row) => [row.seq, row.source, row.entry]), [1, 2, 3].map((seq) => [seq, "shop", entry(seq)]));
});
