// The table of values, row by row: what is given, and what crosses.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { across, entryOf, rig } from "./support/logger.js";

const nested = (depth: number): unknown => (depth ? { in: nested(depth - 1) } : "end");

describe("a value keeps what it means", () => {
  const shared = { n: 1 };
  class Point {
    x = 1;
    private y = 2;
    get sum(): number {
      return this.x + this.y;
    }
  }
  const rows: [name: string, given: unknown, crosses: unknown][] = [
    ["a string", "text", "text"],
    ["a number", 99.5, 99.5],
    ["whole numbers of every size", [0, -1, 127, 128, -32, -33, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53],
      [0, -1, 127, 128, -32, -33, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53]],
    ["floats", [1e300, -0.1, 2 ** 53, Number.MIN_VALUE], [1e300, -0.1, 2 ** 53, Number.MIN_VALUE]],
    ["NaN and the infinities", [NaN, Infinity, -Infinity], ["NaN", "Infinity", "-Infinity"]],
    ["booleans and null", { a: true, b: false, c: null }, { a: true, b: false, c: null }],
    ["undefined in an object is left out", { a: undefined, b: 1 }, { b: 1 }],
    ["undefined in an array is null", [undefined, , 1], [null, null, 1]],
    ["nested objects and arrays", { a: [{ b: [1] }], c: {} }, { a: [{ b: [1] }], c: {} }],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["a date that is none", new Date(NaN), "Invalid Date"],
    ["a BigInt", 2n ** 70n, "1180591620717411303424"],
    ["a map", new Map<unknown, unknown>([["a", 1], [2, { b: 3 }], [Symbol("s"), 4]]), { a: 1, "2": { b: 3 }, "Symbol(s)": 4 }],
    ["a set", new Set([1, "a", { b: 2 }]), [1, "a", { b: 2 }]],
    ["a URL, without query, fragment and credentials", new URL("https://me:secret@example.com:8443/path?token=1#frag"),
      "https://example.com:8443/path"],
    ["a typed array", new Uint8Array([1, 2, 255]), [1, 2, 255]],
    ["a typed array of floats", new Float64Array([0.5, NaN]), [0.5, "NaN"]],
    ["a typed array of BigInts", new BigInt64Array([-1n]), ["-1"]],
    ["an ArrayBuffer", new ArrayBuffer(8), "[ArrayBuffer(8)]"],
    ["a DataView", new DataView(new ArrayBuffer(4)), "[DataView(4)]"],
    ["a symbol", Symbol("id"), "Symbol(id)"],
    ["a function", { f: function named() {}, a: () => 1 }, { f: "[Function: named]", a: "[Function: a]" }],
    ["a regular expression", /a+/gi, "/a+/gi"],
    ["a promise", Promise.resolve(1), "[Promise]"],
    ["weak collections", [new WeakMap(), new WeakSet()], ["[WeakMap]", "[WeakSet]"]],
    ["a generator", (function* () {})(), "[Generator]"],
    ["boxed primitives", [Object("s"), Object(1), Object(false), Object(2n), Object(Symbol("b"))], ["s", 1, false, "2", "Symbol(b)"]],
    ["toJSON", { a: { toJSON: () => ({ b: 1 }) } }, { a: { b: 1 } }],
    ["toJSON that gives itself", { x: 1, toJSON(): unknown { return this; } }, { x: 1, toJSON: "[Function: toJSON]" }],
    ["an instance, by its own enumerable keys", new Point(), { x: 1, y: 2 }],
    ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ["shared references that are no cycle", { a: shared, b: shared, c: [shared, shared] }, { a: { n: 1 }, b: { n: 1 }, c: [{ n: 1 },
      { n: 1 }] }],
    ["symbol keys are left out", { [Symbol("k")]: 1, a: 2 }, { a: 2 }],
    ["lone surrogates", ["a\ud800b", "\udc00", "🌳"], ["a\ufffdb", "\ufffd", "🌳"]],
    ["long strings with every width", "aé€🌳".repeat(40), "aé€🌳".repeat(40)],
    ["an array", [1, [2]], [1, [2]]],
    ["a frozen object", Object.freeze({ a: 1 }), { a: 1 }],
    ["an empty string", "", ""],
    ["false", false, false],
    ["zero", 0, 0],
  ];
  for (const [name, given, crosses] of rows) {
    it(name, () => {
      assert.deepEqual(across(given), crosses);
      assert.deepEqual(across({ deeper: [given] }), { deeper: [crosses] });
      assert.equal(entryOf(given)["truncated"], undefined);
    });
  }

  it("minus zero is zero, as in JSON", () => assert.equal(across(-0), 0));

  it("a key named __proto__ is a key", () => {
    // The decoder of these tests refuses such a key, so the bytes themselves are read.
    const { log, module } = rig();
    log.info("m", JSON.parse('{"__proto__": {"polluted": "yes"}}'));
    void log.flush();
    const bytes = Buffer.from(module._memory.buffer);
    assert.ok(bytes.includes(Buffer.from("\xdb\0\0\0\x09__proto__\xdf\0\0\0\x01\xdb\0\0\0\x08polluted\xdb\0\0\0\x03yes", "latin1")));
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });

  it("an error is its name, message, stack, cause and own properties", () => {
    const error = Object.assign(new TypeError("outer", { cause: new RangeError("inner") }), { code: "E_OUT" });
    const { err } = across({ err: error }) as { err: Record<string, unknown> };
    const { stack, cause, ...rest } = err;
    assert.deepEqual(rest, { name: "TypeError", message: "outer", code: "E_OUT" });
    assert.equal(stack, error.stack);
    assert.equal((cause as Error).name, "RangeError");
    assert.equal((cause as Error).message, "inner");
  });

  it("a typed array past 64 elements ends with its length", () => {
    const data = across(new Uint16Array(100).fill(7)) as unknown[];
    assert.deepEqual(data, [...new Array<number>(64).fill(7), "[Uint16Array(100)]"]);
  });

  it("a cycle is named where it closes", () => {
    const ring: Record<string, unknown> = { name: "ring" };
    ring["self"] = ring;
    ring["list"] = [ring];
    assert.deepEqual(across(ring), { name: "ring", self: "[Circular]", list: ["[Circular]"] });
    const map = new Map<string, unknown>();
    map.set("map", map);
    assert.deepEqual(across(map), { map: "[Circular]" });
    const error = new Error("e");
    error.cause = error;
    assert.equal((across({ error }) as { error: { cause: unknown } }).error.cause, "[Circular]");
  });

  it("a DOM node and a window are not walked", () => {
    class HTMLDivElement {
      nodeType = 1;
      nodeName = "DIV";
      __reactFiber = { deep: true };
      get [Symbol.toStringTag](): string {
        return "HTMLDivElement";
      }
    }
    class Window {
      window: unknown = this;
      get [Symbol.toStringTag](): string {
        return "Window";
      }
    }
    assert.deepEqual(across([new HTMLDivElement(), new Window()]), ["[HTMLDivElement]", "[Window]"]);
  });
});

describe("a value has its bounds", () => {
  it("depth", () => {
    assert.deepEqual(across(nested(10)), nested(10));
    assert.equal(entryOf(nested(10))["truncated"], undefined);
    const fields = entryOf({ a: { b: { c: 1 } }, list: [[1, 2]], map: { m: new Map([["x", 1]]), e: new Error("x"),
      t: new Uint8Array(2) } }, { maxDataDepth: 2 });
    assert.deepEqual(fields["data"], {
      a: { b: "[Object]" },
      list: ["[Array(2)]"],
      map: { m: "[Map]", e: "[Error]", t: "[Uint8Array]" },
    });
    assert.deepEqual(fields["truncated"], ["data"]);
  });

  it("nodes", () => {
    const fields = entryOf({ list: Array.from({ length: 100 }, (_, i) => i), after: 1 }, { maxDataNodes: 12 });
    assert.deepEqual(fields["data"], { list: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, "[Truncated]"], "…": "[Truncated]" });
    assert.deepEqual(fields["truncated"], ["data"]);
    assert.equal((across(new Set(Array.from({ length: 100_000 }, (_, i) => i)), { maxDataNodes: 10 }) as unknown[]).length, 10);
    assert.deepEqual(across(new Map(Array.from({ length: 100 }, (_, i) => [i, i])), { maxDataNodes: 10 }), {
      ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [String(i), i])),
      "…": "[Truncated]",
    });
  });

  it("bytes, of one long string", () => {
    const fields = entryOf({ long: "x".repeat(10_000_000), after: 1 }, { maxDataBytes: 1024 });
    const data = fields["data"] as Record<string, string>;
    assert.ok(data["long"]!.length > 900 && data["long"]!.length <= 1024, String(data["long"]!.length));
    assert.equal(data["…"], "[Truncated]");
    assert.deepEqual(fields["truncated"], ["data"]);
  });

  it("bytes, of text that is longer in UTF-8 than in UTF-16, without splitting a character", () => {
    const fields = entryOf({ text: "🌳".repeat(300) }, { maxDataBytes: 1024 });
    const { text } = fields["data"] as { text: string };
    assert.match(text, /^(🌳)+$/u);
    assert.ok(Buffer.byteLength(text) <= 1024 && Buffer.byteLength(text) > 990);
    assert.deepEqual(fields["truncated"], ["data"]);
  });

  it("bytes, of many keys", () => {
    const fields = entryOf(Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`a-rather-long-key-${i}`, i])),
      { maxDataBytes: 2048 });
    assert.ok(Object.keys(fields["data"] as object).length < 100);
    assert.deepEqual(fields["truncated"], ["data"]);
  });

  it("each data has its own", () => {
    const { log, entries } = rig({ maxDataNodes: 10 });
    log.info("a", Array.from({ length: 20 }, () => 0)).info("b", { fine: 1 });
    const [, second] = entries();
    assert.deepEqual(second!.fields, { message: "b", data: { fine: 1 } });
  });
});

describe("a value is copied when the call is made", () => {
  it("later changes change nothing", () => {
    const { log, entries } = rig();
    const data = { list: [1], map: new Map([["a", 1]]), date: new Date(0), deep: { n: 1 } };
    log.info("m", data);
    data.list.push(2);
    data.map.set("b", 2);
    data.date.setFullYear(2000);
    data.deep.n = 2;
    assert.deepEqual(entries()[0]!.fields["data"], { list: [1], map: { a: 1 }, date: "1970-01-01T00:00:00.000Z", deep: { n: 1 } });
  });

  it("an error's name and message, too", () => {
    const { log, entries } = rig();
    const error = new Error("before");
    log.error("m", error);
    error.message = "after";
    error.name = "Other";
    const { fields } = entries()[0]!;
    assert.equal(fields["errorName"], "Error");
    assert.deepEqual(fields["data"], { message: "before" });
  });
});
