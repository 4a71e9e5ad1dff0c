// Hostile values: nothing throws, one field suffers, the rest of the entry stands.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { across, assertCloses, entryOf, random, rig } from "./support/logger.js";

const throwing = {
  get bad(): never {
    throw new Error("no");
  },
  good: 1,
};
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const trapping = (trap: "get" | "ownKeys" | "getPrototypeOf" | "has" | "getOwnPropertyDescriptor"): object =>
  new Proxy({ a: 1 }, { [trap]: () => { throw new Error(trap); } });
const unprintable = { toString: () => { throw new Error("no text"); } };
const deep = (levels: number): unknown => {
  let value: unknown = "end";
  while (levels--) value = { in: value };
  return value;
};

describe("a hostile value costs its own field", () => {
  const rows: [name: string, given: unknown, crosses: unknown][] = [
    ["a getter that throws", throwing, { bad: "[Threw: no]", good: 1 }],
    ["a getter that throws nothing", { get bad(): never { throw undefined; } }, { bad: "[Threw: undefined]" }],
    ["a getter that throws what cannot be printed", { get bad(): never { throw unprintable; } }, { bad: "[Threw: [Unreadable]]" }],
    ["a revoked proxy", { a: revoked(), b: 1 }, { a: "[Unreadable]", b: 1 }],
    ["a proxy whose get throws", [trapping("get"), 1], ["[Unreadable]", 1]],
    ["a proxy whose ownKeys throws", [trapping("ownKeys"), 1], ["[Unreadable]", 1]],
    ["a proxy whose getPrototypeOf throws", [trapping("getPrototypeOf"), 1], ["[Unreadable]", 1]],
    ["toJSON that throws", { a: { toJSON: () => { throw new Error("json"); } } }, { a: "[Threw: json]" }],
    ["an array element that throws", Object.defineProperty([1, 2, 3], 1, { get: () => { throw new Error("el"); } }), [1, "[Threw: el]", 3]],
    ["a map's key without a text", new Map([[unprintable, 1]]), { "[Unreadable]": 1 }],
    ["a toStringTag that throws", { a: Object.create({ get [Symbol.toStringTag](): never { throw new Error("tag"); } }) as object },
      { a: "[Unreadable]" }],
    ["a false Map", { a: Object.create({ [Symbol.toStringTag]: "Map" }) as object }, { a: "[Map]" }],
    ["a function whose name throws", { f: Object.defineProperty(() => 1, "name", { get: () => { throw new Error("name"); } }) },
      { f: "[Function: [Threw: name]]" }],
    ["a date without a method", { d: Object.assign(new Date(0), { toISOString: null }) }, { d: "[Unreadable]" }],
  ];
  for (const [name, given, crosses] of rows) it(name, () => assert.deepEqual(across(given), crosses));

  it("toJSON that never ends is cut by the budget", () => {
    const endless: { toJSON(): object } = { toJSON: () => ({ ...endless }) };
    assert.equal(across({ a: endless, b: 1 }, { maxDataNodes: 100 }) instanceof Object, true);
  });

  it("collections without an end are cut by the budget", () => {
    class Endless extends Set<number> {
      override *[Symbol.iterator](): ReturnType<Set<number>["values"]> {
        for (let i = 0; ; i++) yield i;
      }
    }
    class EndlessMap extends Map<number, number> {
      override *[Symbol.iterator](): ReturnType<Map<number, number>["entries"]> {
        for (let i = 0; ; i++) yield [i, i];
      }
    }
    class EndlessBytes extends Uint8Array {
      override *[Symbol.iterator](): ReturnType<Uint8Array["values"]> {
        for (;;) yield 1;
      }
      override subarray(): never {
        return new Endless() as never;
      }
    }
    for (const endless of [new Endless(), new EndlessMap(), new EndlessBytes(5), new EndlessBytes(100)]) {
      const { data, truncated } = entryOf({ endless }, { maxDataNodes: 80 });
      assert.ok(JSON.stringify(data).length < 2000);
      if (!(endless instanceof Uint8Array && endless.length > 64)) assert.deepEqual(truncated, ["data"]);
    }
  });

  it("a thousand levels", () => {
    const fields = entryOf(deep(1000));
    assert.deepEqual(fields["truncated"], ["data"]);
    assert.ok(JSON.stringify(fields["data"]).endsWith(`"[Object]"${"}".repeat(10)}`));
  });

  it("an object in dictionary mode", () => {
    const big: Record<string, number> = {};
    for (let i = 0; i < 1000; i++) big[`key${i * 7}`] = i;
    delete big["key0"];
    assert.deepEqual(across(big), { ...big });
  });

  it("an error that cannot be read", () => {
    const error = new Error("x");
    // V8 would format the stack at once, were it not read before.
    void error.stack;
    Object.defineProperties(error, {
      name: { get: () => { throw new Error("name"); } },
      message: { get: () => { throw new Error("message"); } },
      stack: { get: () => { throw new Error("stack"); } },
      own: { enumerable: true, get: () => { throw new Error("own"); } },
    });
    const { log, entries } = rig();
    log.error("m", error).error(error).error(revoked() as Error).error("m", revoked());
    const all = entries().map((entry) => entry.fields);
    assert.deepEqual(all[0], {
      message: "m",
      errorName: "[Threw: name]",
      errorStack: "[Threw: stack]",
      data: { message: "[Threw: message]", own: "[Threw: own]" },
    });
    assert.equal(all[1]!["message"], "[Threw: message]");
    assert.equal(all[3]!["data"], "[Unreadable]");
  });
});

describe("hostile arguments", () => {
  it("messages of every kind become text", () => {
    const { log, entries } = rig();
    for (const message of [undefined, null, 1, true, 2n, Symbol("s"), {}, [1, 2], () => 1, unprintable, revoked()]) {
      log.info(message as unknown as string);
    }
    const messages = entries().map((entry) => entry.fields["message"]);
    assert.deepEqual(messages, ["", "", "1", "true", "2", "Symbol(s)", "[object Object]", "[Array]", "() => 1", "[Unreadable]",
      "[Threw: Cannot perform 'get' on a proxy that has been revoked]"]);
  });

  it("options of every kind are survived", () => {
    const { log, entries } = rig();
    for (const options of [null, 1, "text", true, Symbol("s"), [], () => 1, revoked(), throwing, trapping("ownKeys"), trapping("get")]) {
      log.info("m", { a: 1 }, options as object);
    }
    const all = entries();
    assert.equal(all.length, 11);
    for (const { fields } of all) assert.deepEqual([fields["message"], fields["data"]], ["m", { a: 1 }]);
  });

  it("entries of every kind are survived", () => {
    const { log, entries } = rig();
    for (const entry of [undefined, null, 1, "x", [], revoked(), { level: "loud", message: "kept" }, { level: throwing }]) {
      log.log(entry as never);
    }
    const all = entries();
    assert.equal(all.length, 8);
    assert.equal(all[6]!.fields["message"], "kept");
    assert.equal(all[6]!.severity, 9);
  });

  it("setters are survived, and change nothing then", () => {
    const { log, entries } = rig();
    log.setUserId("u").setTags(["t"]).setContext({ c: 1 }).setUser({ name: "n" });
    for (const bad of [Symbol("s"), revoked(), throwing, () => 1, 5]) {
      log.setTags(bad as never).setContext(bad as never);
      if (bad !== 5) log.setUserId(bad as never);
      log.child(bad as never).flow(bad as never, bad as never);
    }
    log.info("m");
    const { fields } = entries()[0]!;
    assert.equal(fields["userId"], "u");
    assert.deepEqual(fields["user"], { name: "n" });
    assert.deepEqual(fields["context"], { c: 1, bad: "[Threw: no]", good: 1 });
  });

  it("lazy data is called once, and survived when it throws", () => {
    const { log, entries } = rig();
    let calls = 0;
    log.info("a", () => ({ n: ++calls })).trace("filtered", () => calls++);
    log.info("b", () => { throw new Error("lazy"); });
    log.info("c", undefined, { data: () => "beside" });
    assert.equal(calls, 1);
    assert.deepEqual(entries().map((entry) => entry.fields["data"]), [{ n: 1 }, "[Threw: lazy]", "beside"]);
  });
});

it("ten thousand random hostile values: no throw, every entry accounted for, every one decodable", () => {
  const next = random(20_261_120);
  const leaves = [
    undefined, null, NaN, -0, 2n ** 64n, Symbol("x"), "\ud800", "\u0000\u001b[31m", "x".repeat(70_000), new Date(NaN), /x/,
      revoked(), throwing,
    trapping("get"), trapping("ownKeys"), unprintable, new Map([[{}, 1]]), new Set([[]]), new Error("e"), Promise.resolve(),
      () => 1, globalThis, process,
    new Uint8Array(1000), new WeakMap(), Object.create(null), new Proxy([], {}), class {}, JSON, Math, "🌳".repeat(100), deep(40),
  ];
  const value = (levels: number): unknown => {
    const kind = next();
    if (levels === 0 || kind < 0.5) return leaves[Math.floor(next() * leaves.length)];
    const items = Array.from({ length: Math.floor(next() * 6) }, () => value(levels - 1));
    if (kind < 0.75) return items;
    const object: Record<string, unknown> = Object.fromEntries(items.map((item, i) => [`k${i}${next() < 0.1 ? "\ud801" : ""}`, item]));
    if (kind < 0.8) object["self"] = object;
    return kind < 0.9 ? object : new Map(Object.entries(object));
  };
  const { log, core } = rig({ maxDataNodes: 200, maxDataBytes: 4096 });
  const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
  for (let i = 0; i < 10_000; i++) {
    log[levels[i % 6]!](value(1) as string, value(3), { tags: value(1), data: value(1), userId: value(0) } as object);
  }
  const { entries } = core();
  assertCloses(log.stats());
  assert.deepEqual(log.stats().dropped, {});
  // `trace` is below the default level.
  assert.equal(entries.length, 10_000 - 1667);
  assert.deepEqual(entries.map((entry) => entry.seq), entries.map((_, i) => i + 1));
});
