/** Any value as `data`, from the call to the wire: the table of the public contract, and numbers as JavaScript prints them. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { arrived, rig } from "./support/logger.js";
import { Random } from "../support/random.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** What arrives of `data`. */
async function across(data: unknown): Promise<unknown> {
  const { log } = rig(server, { maxDataNodes: 100_000 });
  log.info("m", data);
  await log.close();
  return arrived(server).at(-1)?.data;
}

/** Numbers at which a form of a number begins or ends: of MessagePack, of integers, of JavaScript's notation. */
const EDGES = [
  ...[0, 1, 127, 128, 255, 256, 2 ** 15, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64],
  ...[0.1, 0.5, 99.99, 1 / 3, 1e-6, 1e-7, 123456789.123, 1e20, 1e21, 1.5e300, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, Number.EPSILON],
];
const SIGNED = EDGES.flatMap((number) => [number, -number]);

/** As JSON keeps it: the same number, but no negative zero. */
function assertSameNumbers(actual: unknown, expected: readonly number[]): void {
  const list = actual as number[];
  assert.equal(list.length, expected.length);
  expected.forEach((number, at) => {
    const kept = JSON.parse(JSON.stringify(number)) as number;
    assert.ok(Object.is(list[at], kept), `${number} became ${list[at]}`);
  });
}

test("numbers arrive as JSON has them, to the last bit", async () => {
  assertSameNumbers(await across(SIGNED), SIGNED);
  // The very text that JavaScript would have written.
  assert.ok(server.received[0]?.text.includes(`"data":${JSON.stringify(SIGNED)}`), server.received[0]?.text);
});

test("a thousand random doubles arrive to the last bit", async () => {
  const random = new Random(53);
  const doubles: number[] = [];
  while (doubles.length < 1000) {
    const double = random.bytes(8).readDoubleLE();
    if (Number.isFinite(double)) doubles.push(double);
  }
  assertSameNumbers(await across(doubles), doubles);
});

test("numbers that JSON has not are texts", async () => {
  assert.deepEqual(await across([NaN, Infinity, -Infinity]), ["NaN", "Infinity", "-Infinity"]);
});

const shared = { a: 1 };
const circle: Record<string, unknown> = { name: "c" };
circle["self"] = circle;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const texts = ["", "ä€🌳", 'quotes "\\" /', "\u0000\u001f\n\r\t\u2028\u007f", "</script>"];
const wide = { empty: {}, ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, at])) };
class Point {
  x = 1;
  #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}

/** The value table of the public contract, row by row: what is logged, and what arrives. */
const TABLE: Record<string, [data: unknown, expected: unknown]> = {
  "nested objects and arrays": [{ a: [1, { b: [[], {}] }], c: { d: null } }, { a: [1, { b: [[], {}] }], c: { d: null } }],
  "texts of any kind": [texts, texts],
  "booleans and null": [[true, false, null], [true, false, null]],
  "data that is null": [null, null],
  "a text as data": ["text", "text"],
  "a number as data": [0, 0],
  "an empty object and a long one": [wide, wide],
  dates: [{ at: new Date(0), none: new Date(NaN) }, { at: "1970-01-01T00:00:00.000Z", none: "Invalid Date" }],
  bigints: [[1n, -(2n ** 70n)], ["1", String(-(2n ** 70n))]],
  "maps and sets": [{ map: new Map<unknown, unknown>([["a", 1], [2, new Set(["x", 3])]]) }, { map: { a: 1, 2: ["x", 3] } }],
  "addresses, without what may be secret": [new URL("https://u:p@shop.example/a?token=1#x"), "https://shop.example/a"],
  "undefined is left out of objects and is null in arrays": [{ a: undefined, b: [undefined, 1] }, { b: [null, 1] }],
  "short typed arrays": [{ bytes: new Uint8Array([1, 255]), floats: new Float64Array([0.5]) }, { bytes: [1, 255], floats: [0.5] }],
  "symbols and functions": [[Symbol("s"), function named() {}], ["Symbol(s)", "[Function: named]"]],
  "a cycle": [circle, { name: "c", self: "[Circular]" }],
  "a shared reference that is no cycle": [[shared, shared], [{ a: 1 }, { a: 1 }]],
  "boxed primitives": [[Object(1), Object("s"), Object(true), Object(5n)], [1, "s", true, "5"]],
  "regular expressions": [/a+/g, "/a+/g"],
  "instances of classes": [new Point(), { x: 1 }],
  "what toJSON says": [{ toJSON: () => ({ said: 1 }) }, { said: 1 }],
  "objects without a prototype": [Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  "keys that are special elsewhere": [JSON.parse('{"__proto__":1,"constructor":2,"":3}'), JSON.parse('{"__proto__":1,"constructor":2,"":3}')],
  "lone surrogates": [["\ud800", "a\udc00b", "\ud83c\udf33"], ["\ufffd", "a\ufffdb", "🌳"]],
  "holes in arrays": [[, 1, ,], [null, 1, null]],
};

for (const [what, [data, expected]] of Object.entries(TABLE)) {
  test(`data arrives as the table says: ${what}`, async () => {
    assert.deepEqual(await across(data), expected);
  });
}

test("data arrives as the table says: a long typed array is its beginning and a note of its length", async () => {
  const list = (await across(new Uint16Array(1000).fill(7))) as unknown[];
  assert.ok(list.length < 200);
  assert.deepEqual([list[0], list.at(-1)], [7, "[Uint16Array(1000)]"]);
});

test("data arrives as the table says: an error keeps its name, message and causes", async () => {
  const error = new AggregateError([new Error("one"), "two"], "both", { cause: new RangeError("why") });
  const data = (await across({ error })) as { error: Record<string, unknown> };
  assert.deepEqual([data.error["name"], data.error["message"]], ["AggregateError", "both"]);
  assert.match(data.error["stack"] as string, /both/);
  assert.equal((data.error["cause"] as { message: string }).message, "why");
  const [one, two] = data.error["errors"] as [{ message: string }, string];
  assert.deepEqual([one.message, two], ["one", "two"]);
});

test("a value that cannot be read costs its place and nothing else", async () => {
  const hostile = {
    get getter(): never {
      throw new Error("no");
    },
    json: { toJSON: () => assert.fail("no") },
    proxy: revoked.proxy,
    fine: 1,
  };
  const data = (await across(hostile)) as Record<string, unknown>;
  assert.deepEqual(Object.keys(data), ["getter", "json", "proxy", "fine"]);
  assert.equal(data["fine"], 1);
  for (const key of ["getter", "json", "proxy"]) assert.match(data[key] as string, /^\[(Threw|Unreadable)/);
});

test("data is what it was at the call", async () => {
  const { log } = rig(server);
  const data = { list: [1], inner: { a: 1 }, at: new Date(0) };
  log.info("m", data);
  data.list.push(2);
  data.inner.a = 2;
  data.at.setTime(1e12);
  Object.assign(data, { late: true });
  await log.flush();
  assert.deepEqual(arrived(server)[0]?.data, { list: [1], inner: { a: 1 }, at: "1970-01-01T00:00:00.000Z" });
});

test("data that is too long, too wide or too deep is bounded and marked", async () => {
  const { log } = rig(server, { maxDataBytes: 2000, maxDataNodes: 50, maxDataDepth: 3 });
  log.info("long", "x".repeat(100_000)).info("wide", Array.from({ length: 1000 }, (_, at) => at)).info("deep", { a: { b: { c: { d: 1 } } } });
  log.info("fits", { a: 1 });
  await log.flush();
  const entries = arrived(server);
  assert.deepEqual(entries.map(({ truncated }) => truncated), [["data"], ["data"], ["data"], undefined]);
  assert.ok((entries[0]?.data as string).length <= 2000);
  assert.ok((entries[1]?.data as unknown[]).length <= 52);
  assert.deepEqual(entries[2]?.data, { a: { b: { c: "[Object]" } } });
});
