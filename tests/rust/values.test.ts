/** Values that hurt whoever is careless, of JavaScript and of Rust: each costs a field, never the caller's exception, and never another entry. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { replace } from "../wasm/support/globals.js";
import { Receiver } from "../wasm/support/receiver.js";
import { app, arrived, logged } from "./support/app.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** What arrives of a value. */
async function sent(value: unknown): Promise<unknown> {
  server.reset();
  const [entry] = await logged(server, (one) => one.js("m", value));
  return entry?.data;
}

test("what JavaScript can hold keeps what it means", async () => {
  const value = {
    date: new Date(0),
    map: new Map<unknown, unknown>([["a", 1], [2, "b"]]),
    set: new Set([1, 2]),
    big: 10n ** 30n,
    nan: Number.NaN,
    nothing: null,
    undefined,
    url: new URL("https://shop.example/cart?token=1"),
    pattern: /x/g,
    bytes: new Uint8Array([1, 2]),
    boxed: Object("s"),
    json: { toJSON: () => ({ a: [1] }) },
    nested: [{ b: { c: "é🌳" } }],
    ["__proto__"]: { own: true },
  };
  assert.deepEqual(await sent(value), JSON.parse(`{
    "date": "1970-01-01T00:00:00.000Z", "map": { "a": 1, "2": "b" }, "set": [1, 2], "big": "1000000000000000000000000000000",
    "nan": "NaN", "nothing": null, "url": "https://shop.example/cart", "pattern": "/x/g", "bytes": [1, 2], "boxed": "s",
    "json": { "a": [1] }, "nested": [{ "b": { "c": "é🌳" } }], "__proto__": { "own": true }
  }`));
  assert.equal(await sent(undefined), undefined);
  assert.equal(await sent("text"), "text");
  assert.deepEqual(await sent(new Uint8Array(1000)), [...Array(64).fill(0), "[Uint8Array(1000)]"]);
});

test("what it cannot tell is a note", async () => {
  const value = { fn() {}, symbol: Symbol("s"), promise: Promise.resolve(), weak: new WeakMap(), element: { nodeType: 1 } };
  assert.deepEqual(await sent(value), {
    fn: "[Function]",
    symbol: "Symbol(s)",
    promise: "[Promise]",
    weak: "[WeakMap]",
    element: "[Object]",
  });
});

test("an error is taken apart from warn on, and is a value below", async () => {
  const error = Object.assign(new RangeError("bad", { cause: new TypeError("why") }), { code: "E1" });
  const [taken, value] = await logged(server, (one) => {
    one.js("warn", error);
    one.info_js("info", error);
  });
  const { cause, ...data } = taken?.data as { cause: Record<string, unknown> };
  assert.deepEqual([taken?.errorName, data], ["RangeError", { message: "bad", code: "E1" }]);
  assert.match(taken?.errorStack ?? "", /^RangeError: bad\n {4}at /);
  assert.deepEqual([cause["name"], cause["message"]], ["TypeError", "why"]);
  assert.equal(value?.errorName, undefined);
  assert.deepEqual([(value?.data as typeof cause)["name"], (value?.data as typeof cause)["message"]], ["RangeError", "bad"]);
});

test("circles, getters that throw, revoked and hostile proxies: notes, and nothing is thrown", async () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle["self"] = circle;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrower = (): never => {
    throw new Error("hostile");
  };
  const trap = new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower });
  assert.deepEqual(await sent(circle), { a: 1, self: "[Circular]" });
  assert.deepEqual(await sent({ get thrower() { return thrower(); }, after: 1 }), { thrower: "[Threw]", after: 1 });
  assert.deepEqual(await sent({ proxy, trap, after: 1 }), { proxy: "[Unreadable]", trap: "[Unreadable]", after: 1 });
  assert.equal(await sent(proxy), "[Unreadable]");
  assert.equal(await sent({ toJSON: thrower }), "[Unreadable]");
  const shared = { s: 1 };
  assert.deepEqual(await sent([shared, shared]), [{ s: 1 }, { s: 1 }]);
  const endless = Object.assign(new Map([["a", 1]]), { *[Symbol.iterator]() { for (;;) yield ["b", 2]; } });
  assert.deepEqual(await sent(endless), { a: 1 });
});

test("what is too long, too many or too deep is cut and marked", async () => {
  const deep = Array.from({ length: 60 }).reduce<unknown>((inner) => ({ inner }), 1);
  const values = ["x".repeat(5_000_000), { text: "é".repeat(5_000_000), after: 1 }, Array.from({ length: 200_000 }), new Array(4_000_000_000), deep];
  const entries = await logged(server, (one) => values.forEach((value) => one.js("m", value)));
  assert.equal(entries.length, values.length);
  for (const entry of entries) {
    assert.deepEqual(entry["truncated"], ["data"]);
    assert.ok(JSON.stringify(entry.data).length < 70_000);
  }
  assert.ok(JSON.stringify(entries[4]?.data).endsWith(`"[Object]"${"}".repeat(10)}`));
});

test("a value that logs while it is read: both entries arrive", async () => {
  const entries = await logged(server, (one) => {
    one.js("outer", { get inner() { one.say("inner"); return 1; } });
  });
  assert.deepEqual(entries.map(({ message }) => message).sort(), ["inner", "outer"]);
});

test("a serde value without an end, that fails, that logs: one entry each, and none is lost", async () => {
  const one = app(server.endpoint);
  one.hostile();
  await one.flush();
  assert.deepEqual(one.told(), []);
  const entries = arrived(server).sort((a, b) => a.seq - b.seq);
  assert.deepEqual(entries.map(({ message }) => message.slice(0, 12)), [
    "circle", "failing", "from inside", "logging", "numbers", "large", "many", "mmmmmmmmmmmm", "endless", "context",
  ]);
  const marks = entries.map((entry) => (entry["truncated"] as string[] | undefined)?.join());
  assert.deepEqual(marks, ["data", "data", undefined, undefined, undefined, "data", "data", "message", "data", "context"]);
  assert.deepEqual(entries[4]?.data, ["NaN", "-Infinity", 1e300, -0.5, 1e-9]);
  assert.deepEqual([...one.stats()], [10, 10, 0, 0, 0, 0, 0, 0]);
});

test("a `fetch` or a console that throws stays with the logger", async (t) => {
  const thrower = (): never => {
    throw new Error("hostile");
  };
  replace(t, "fetch", thrower);
  replace(t, "console", { ...console, warn: thrower });
  const nowhere = app("");
  await nowhere.flush();
  assert.deepEqual(nowhere.told(), ["sapwood: not_configured endpoint"]);
  const one = app(server.endpoint);
  one.say("m");
  const [, pending] = await one.flush_within(100);
  assert.equal(pending, 1);
  assert.deepEqual(one.told(), ["sapwood: network_error"]);
  await one.close_within(50);
  assert.deepEqual([...one.stats()], [1, 0, 0, 0, 0, 1, 1, 0]);
});
