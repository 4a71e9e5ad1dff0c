// `strict: true`: what would be cut, marked or left out throws at the call.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootLogger } from "../../js/src/root.js";
import { assertCloses, rig } from "./support/logger.js";

const long = (length: number): string => "x".repeat(length);
const deep = { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: { k: 1 } } } } } } } } } } };

describe("strict", () => {
  const wrong: [field: string, call: (log: RootLogger) => unknown][] = [
    ["message", (log) => log.info("")],
    ["message", (log) => log.info(long(10_001))],
    ["message", (log) => log.info(5 as never)],
    ["data", (log) => log.info("m", deep)],
    ["data", (log) => log.info("m", long(100_000))],
    ["data", (log) => log.info("m", new Array(10_000).fill(0))],
    ["data", (log) => log.info("m", 1, { data: 2 })],
    ["tags", (log) => log.info("m", 1, { tags: new Array<string>(21).fill("t") })],
    ["tags", (log) => log.info("m", 1, { tags: [long(51)] })],
    ["tags", (log) => log.info("m", 1, { tags: [5] as never })],
    ["userId", (log) => log.info("m", 1, { userId: long(101) })],
    ["errorName", (log) => log.info("m", 1, { errorName: long(201) })],
    ["errorStack", (log) => log.info("m", 1, { errorStack: long(10_001) })],
    ["flowId", (log) => log.info("m", 1, { flowId: long(51) })],
    ["stepIndex", (log) => log.info("m", 1, { stepIndex: 1001 })],
    ["stepIndex", (log) => log.info("m", 1, { stepIndex: -1 })],
    ["timestamp", (log) => log.info("m", 1, { timestamp: NaN })],
    ["unheard", (log) => log.info("m", 1, { unheard: 1 } as never)],
    ["level", (log) => log.log({ level: "loud" as never, message: "m" })],
    ["userId", (log) => log.setUserId({} as never)],
    ["userId", (log) => log.setUserId(long(101))],
    ["tags", (log) => log.setTags("t" as never)],
    ["context", (log) => log.setContext(5 as never)],
    ["context", (log) => log.child(deep)],
    ["user", (log) => log.setUser("u" as never)],
    ["consent", (log) => log.setConsent("perhaps" as never)],
  ];
  for (const [field, call] of wrong) {
    it(`throws for ${field}: ${String(call).slice(9)}`, () => {
      const { log, entries } = rig({ strict: true, onDrop: () => {} });
      assert.throws(() => call(log),
        (error: { name: string; code: string; field: string }) => error.name === "SapwoodError" && error.field === field);
      log.info("fine");
      assert.deepEqual(entries().map((entry) => entry.fields["message"]), ["fine"]);
      assertCloses(log.stats());
    });
  }

  it("does not throw for what is right", () => {
    const { log, entries } = rig({ strict: true, minLevel: "trace" });
    log.trace("m", { ok: [1, new Date(), new Map()] }, { tags: ["t"], userId: "u", stepIndex: 1000, timestamp: Date.now() });
    log.error("m", new Error("x")).error(new Error("message")).log({ level: "info", message: "m" });
    log.setUserId(null).child({ a: 1 }).flow("f").info("step").ok();
    assert.equal(entries().length, 6);
  });

  it("throws without a destination as well", () => {
    const { log } = rig({ strict: true, endpoint: "", onError: () => {}, onDrop: () => {} });
    assert.throws(() => log.info(""));
    log.info("m");
    assert.deepEqual(log.stats().dropped, { not_configured: 2 });
  });
});
