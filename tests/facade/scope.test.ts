// Context, users, tags and children.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Received } from "./support/boundary.js";
import { assertCloses, rig } from "./support/logger.js";

const fields = (entries: Received[]): Record<string, unknown>[] => entries.map((entry) => entry.fields);

describe("setters", () => {
  it("hold for what is logged after them, and not before", () => {
    const { log, entries } = rig();
    log.info("a").setUserId("u").setSessionId("s").info("b").setUserId(null).info("c").setSessionId(undefined).info("d");
    assert.deepEqual(fields(entries()), [
      { message: "a" },
      { message: "b", userId: "u", sessionId: "s" },
      { message: "c", sessionId: "s" },
      { message: "d" },
    ]);
  });

  it("the options of createLogger are the first", () => {
    const { log, entries } = rig({ userId: "u", sessionId: "s", tags: ["t"], context: { a: 1 }, user: { name: "N" } });
    log.info("m");
    assert.deepEqual(fields(entries()), [{ message: "m", userId: "u", sessionId: "s", tags: ["t"], context: { a: 1 },
      user: { name: "N" } }]);
  });

  it("setUser gives its id as userId, and null takes both away", () => {
    const { log, entries } = rig();
    log.setUser({ id: "7", name: "N", email: "n@example.com" }).info("a").setUser({ name: "M" }).info("b").setUser(null).info("c");
    assert.deepEqual(fields(entries()), [
      { message: "a", userId: "7", user: { id: "7", name: "N", email: "n@example.com" } },
      { message: "b", userId: "7", user: { name: "M" } },
      { message: "c" },
    ]);
  });

  it("setTags replaces the logger's own; a call adds", () => {
    const { log, entries } = rig({ tags: ["a"] });
    log.setTags(["b"]).info("m", 1, { tags: ["c"] }).info("n").setTags([]).info("o");
    assert.deepEqual(fields(entries()).map((entry) => entry["tags"]), [["b", "c"], ["b"], undefined]);
  });

  it("a value of the call wins", () => {
    const { log, entries } = rig({ userId: "logger" });
    log.info("m", 1, { userId: "call" }).info("n");
    assert.deepEqual(fields(entries()).map((entry) => entry["userId"]), ["call", "logger"]);
  });

  it("copy what they are given", () => {
    const { log, entries } = rig();
    const context = { a: { n: 1 } };
    const tags = ["t"];
    log.setContext(context).setTags(tags);
    context.a.n = 2;
    tags.push("later");
    log.info("m");
    assert.deepEqual(fields(entries()), [{ message: "m", context: { a: { n: 1 } }, tags: ["t"] }]);
  });
});

describe("context", () => {
  it("merges deeply, the right wins, and the outer is as it was", () => {
    const { log, entries } = rig();
    log.setContext({ job: { id: 123, count: 1 } });
    log.child({ job: { count: 2 } }).info("inner");
    log.info("outer");
    assert.deepEqual(fields(entries()), [
      { message: "inner", context: { job: { id: 123, count: 2 } } },
      { message: "outer", context: { job: { id: 123, count: 1 } } },
    ]);
  });

  it("never mixes with data", () => {
    const { log, entries } = rig({ context: { a: 1 } });
    log.info("m", { a: 2 });
    assert.deepEqual(fields(entries()), [{ message: "m", data: { a: 2 }, context: { a: 1 } }]);
  });

  it("that is cut is named on each entry", () => {
    const { log, entries } = rig({ maxDataNodes: 10, context: { list: new Array(50).fill(0) } });
    log.info("m");
    assert.deepEqual(fields(entries())[0]!["truncated"], ["context"]);
  });

  it("a thousand patches are merged on the way, and none is lost", () => {
    const { log, entries, module } = rig();
    for (let i = 0; i < 1000; i++) log.setContext({ deep: { [`k${i % 40}`]: i } });
    log.info("m");
    const expected = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, 960 + i]));
    assert.deepEqual(fields(entries())[0]!["context"], { deep: expected });
    assert.equal(module.cores.length, 1);
  });

  it("without a core the oldest patch goes", () => {
    const { log, module, entries } = rig({ onError: () => {} });
    module.refuses = true;
    for (let i = 0; i < 40; i++) log.setContext({ [`k${i}`]: i });
    log.info("m");
    module.refuses = false;
    const context = fields(entries())[0]!["context"] as object;
    assert.deepEqual(Object.keys(context), Array.from({ length: 16 }, (_, i) => `k${24 + i}`));
  });

  it("stays bounded when every patch is large", () => {
    const { log, entries } = rig({ maxDataBytes: 4096 });
    for (let i = 0; i < 200; i++) log.setContext({ [`k${i}`]: "x".repeat(3000) });
    log.info("m");
    assert.ok(JSON.stringify(fields(entries())).length < 17 * 4096);
  });
});

describe("children", () => {
  it("see what their parent sets later, until they set their own", () => {
    const { log, entries } = rig();
    const child = log.child({ c: 1 });
    const grandchild = child.child({ g: 1 });
    log.setUserId("late").setContext({ r: 1 });
    grandchild.info("a");
    child.setUserId("own");
    log.setUserId("later");
    grandchild.info("b");
    child.info("c");
    log.info("d");
    child.setUserId(null).info("e");
    assert.deepEqual(fields(entries()), [
      { message: "a", userId: "late", context: { r: 1, c: 1, g: 1 } },
      { message: "b", userId: "own", context: { r: 1, c: 1, g: 1 } },
      { message: "c", userId: "own", context: { r: 1, c: 1 } },
      { message: "d", userId: "later", context: { r: 1 } },
      { message: "e", context: { r: 1, c: 1 } },
    ]);
  });

  it("leave their parent alone", () => {
    const { log, entries } = rig();
    log.child().setUserId("child").setTags(["child"]).setContext({ child: 1 }).info("a");
    log.info("b");
    assert.deepEqual(fields(entries())[1], { message: "b" });
  });

  it("unite their tags with their parent's", () => {
    const { log, entries } = rig({ tags: ["a"] });
    log.child().setTags(["b"]).info("m", 1, { tags: ["c", "a"] });
    assert.deepEqual(fields(entries())[0]!["tags"], ["a", "b", "c"]);
  });

  it("share the sequence and the counters", () => {
    const { log, entries } = rig();
    log.info("a");
    log.child().info("b");
    log.flow("f").info("c");
    assert.deepEqual(entries().map((entry) => entry.seq), [1, 2, 3]);
    assert.equal(log.child().stats().accepted, 3);
  });

  it("may be very many, one below the other", () => {
    const { log, core } = rig();
    let deep = log.child({ at: 0 });
    // As deep as the reading of the parents goes; what lies deeper is counted, and nothing is thrown.
    for (let at = 1; at < 3000; at++) deep = deep.child({ at });
    deep.info("deep");
    for (let at = 3000; at < 30_000; at++) deep = deep.child({ at });
    deep.info("deeper");
    log.info("m");
    assert.ok(core().all("message").includes("m"), "the core is there");
    assertCloses(log.stats());
  });

  it("a scope crosses once in a hand-over, however many entries it has", () => {
    const { log, core } = rig({ context: { large: "x".repeat(2000) } });
    for (let i = 0; i < 50; i++) log.info("m");
    assert.equal(core().entries.length, 50);
    assert.ok(core().handOvers[0]!.bytes < 4000);
  });
});
