// What a call becomes: levels, fields, errors, options.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rig } from "./support/logger.js";

const LEVELS = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const;
type Level = keyof typeof LEVELS;

describe("levels", () => {
  it("have OpenTelemetry's numbers", () => {
    const { log, entries } = rig({ minLevel: "trace" });
    for (const level of Object.keys(LEVELS) as Level[]) log[level]("m");
    assert.deepEqual(entries().map((entry) => entry.severity), Object.values(LEVELS));
  });

  for (const [minLevel, min] of Object.entries(LEVELS)) {
    it(`below ${minLevel} nothing is kept, and takes no sequence number`, () => {
      const { log, entries } = rig({ minLevel: minLevel as Level });
      for (const level of Object.keys(LEVELS) as Level[]) {
        log[level]("m").log({ level, message: "m" });
        assert.equal(log.isEnabled(level), LEVELS[level] >= min);
      }
      const all = entries();
      assert.deepEqual(all.map((entry) => entry.seq), all.map((_, i) => i + 1));
      assert.equal(all.length, 2 * Object.values(LEVELS).filter((number) => number >= min).length);
      assert.equal(log.stats().accepted, all.length);
    });
  }

  it("a level that is none is not enabled", () => {
    const { log } = rig({ minLevel: "trace" });
    for (const level of ["loud", "constructor", "", 5, null, undefined, {}]) assert.equal(log.isEnabled(level as Level), false);
  });
});

describe("an entry", () => {
  it("carries what the call was given, and when", () => {
    const { log, entries } = rig();
    const before = Date.now();
    log.info("Order placed", { total: 9.5 }, {
      tags: ["a", "b"], userId: "u", sessionId: "s", requestId: "r", dataset: "d", flowId: "f", stepIndex: 7, traceId: "t", spanId: "p",
      ipAddress: "1.2.3.4", country: "DE", errorName: "E", errorStack: "at x",
    });
    const { timestamp, ...entry } = entries()[0]!;
    assert.ok(timestamp >= before && timestamp <= Date.now());
    assert.deepEqual(entry, {
      seq: 1,
      severity: 9,
      fields: {
        message: "Order placed", data: { total: 9.5 }, tags: ["a", "b"], userId: "u", sessionId: "s", requestId: "r", dataset: "d",
          flowId: "f",
        stepIndex: 7, traceId: "t", spanId: "p", ipAddress: "1.2.3.4", country: "DE", errorName: "E", errorStack: "at x",
      },
    });
  });

  it("log(entry) has full control", () => {
    const { log, entries } = rig();
    log.log({ level: "warn", message: "m", data: [1], timestamp: new Date(1000), tags: ["t"], userId: "u", stepIndex: 0 });
    log.log({ level: "error", message: "m", timestamp: 1234.9 });
    assert.deepEqual(entries(), [
      { seq: 1, severity: 13, timestamp: 1000, fields: { message: "m", data: [1], tags: ["t"], userId: "u", stepIndex: 0 } },
      { seq: 2, severity: 17, timestamp: 1234, fields: { message: "m" } },
    ]);
  });

  it("takes a timestamp as far as a Date reaches, as receivers do", () => {
    const { log, entries } = rig();
    const before = Date.now();
    log.log({ level: "info", message: "m", timestamp: 8.64e15 });
    log.log({ level: "info", message: "m", timestamp: 8.65e15 });
    const [last, none] = entries().map(({ timestamp }) => timestamp);
    assert.equal(last, 8.64e15);
    assert.ok(none! >= before && none! <= Date.now());
  });

  it("takes its data from the options where there is none beside the message", () => {
    const { log, entries } = rig();
    log.info("a", undefined, { data: { n: 1 } }).info("b", { n: 2 }, { data: { lost: true } });
    const [a, b] = entries().map((entry) => entry.fields);
    assert.deepEqual(a, { message: "a", data: { n: 1 } });
    assert.deepEqual(b, { message: "b", data: { n: 2 }, truncated: ["data"] });
  });

  it("wrong kinds are read where they can be, left out and named where not", () => {
    const { log, entries } = rig();
    log.info("m", undefined, {
      userId: 5, sessionId: true, requestId: 2n, dataset: {}, flowId: Symbol("s"), tags: "t", stepIndex: 1.5, timestamp: "now",
        traceId: [], country: null,
    } as object);
    const { truncated, ...fields } = entries()[0]!.fields;
    assert.deepEqual(fields, { message: "m", userId: "5", sessionId: "true", requestId: "2" });
    assert.deepEqual(new Set(truncated as string[]), new Set(["dataset", "flowId", "tags", "stepIndex", "traceId"]));
  });

  it("what is too long crosses bounded, and long enough for the core to see it", () => {
    const { log, entries } = rig();
    log.info("é".repeat(100_000), undefined, { errorStack: "s".repeat(100_000), userId: "u".repeat(50_000),
      tags: Array.from({ length: 1000 }, () => "t".repeat(1000)) });
    const { message, errorStack, userId, tags } = entries()[0]!.fields as Record<string, string> & { tags: string[] };
    assert.equal(message, "é".repeat(16_384));
    assert.equal(errorStack!.length, 32_768);
    assert.equal(userId!.length, 32_768);
    assert.deepEqual([tags.length, tags[0]!.length], [1, 52]);
  });
});

describe("an error", () => {
  const failure = Object.assign(new RangeError("declined", { cause: new TypeError("no funds", { cause: "empty" }) }), { code: 402 });

  for (const level of ["warn", "error", "fatal"] as const) {
    it(`is taken apart at ${level}`, () => {
      const { log, entries } = rig();
      log[level]("Payment failed", failure, { tags: ["pay"], data: { order: 1, code: "other", message: "other", name: "kept" } });
      const { data, ...fields } = entries()[0]!.fields as { data: Record<string, unknown> };
      assert.deepEqual(fields, { message: "Payment failed", errorName: "RangeError", errorStack: failure.stack, tags: ["pay"] });
      const { cause, ...rest } = data as { cause: Record<string, unknown> };
      assert.deepEqual(rest, { message: "declined", code: 402, order: 1, name: "kept" });
      const { stack, ...inner } = cause;
      assert.deepEqual(inner, { name: "TypeError", message: "no funds", cause: "empty" });
      assert.match(String(stack), /TypeError: no funds/);
    });
  }

  it("stays data below warn", () => {
    const { log, entries } = rig();
    log.info("m", failure);
    const { data, errorName } = entries()[0]!.fields as { data: Record<string, unknown>; errorName?: string };
    assert.equal(errorName, undefined);
    assert.equal(data["name"], "RangeError");
  });

  it("alone gives the message", () => {
    const { log, entries } = rig();
    log.error(failure).fatal(failure, { order: 1 });
    const [alone, beside] = entries().map((entry) => entry.fields) as { message: string; errorName: string; data: Record<string,
      unknown> }[];
    assert.equal(alone!.message, "declined");
    assert.equal(alone!.errorName, "RangeError");
    assert.equal(beside!.data["order"], 1);
  });

  it("that is no Error but was thrown is kept as data", () => {
    const { log, entries } = rig();
    log.error({ code: 5, message: "odd" }).error("text", "thrown text").error("m", { code: 1 }, { tags: ["t"] });
    assert.deepEqual(entries().map((entry) => entry.fields), [
      { message: "odd", data: { code: 5, message: "odd" } },
      { message: "text", data: "thrown text" },
      { message: "m", data: { code: 1 }, tags: ["t"] },
    ]);
  });

  it("AggregateError has its errors", () => {
    const { log, entries } = rig();
    log.error("m", new AggregateError([new Error("a"), "b"], "both"));
    const { message, errors } = entries()[0]!.fields["data"] as { message: string; errors: [{ message: string }, string] };
    assert.deepEqual([message, errors[0].message, errors[1]], ["both", "a", "b"]);
  });

  it("given options win over what the error says", () => {
    const { log, entries } = rig();
    log.error("m", new Error("x"), { errorName: "Given", errorStack: "given stack" });
    const { errorName, errorStack } = entries()[0]!.fields;
    assert.deepEqual([errorName, errorStack], ["Given", "given stack"]);
  });

  it("with data that is no object keeps it beside", () => {
    const { log, entries } = rig();
    log.error("m", new Error("x"), { data: [1, 2] });
    assert.deepEqual(entries()[0]!.fields["data"], { message: "x", data: [1, 2] });
  });

  it("has its stack read when it crosses, not at the call", () => {
    const { log, entries } = rig();
    let reads = 0;
    const error = new Error("x");
    Object.defineProperty(error, "stack", { get: () => `read ${++reads}` });
    log.error("m", error);
    assert.equal(reads, 0);
    assert.equal(entries()[0]!.fields["errorStack"], "read 1");
  });

  it("of another realm is one", () => {
    const { log, entries } = rig();
    const foreign = Object.create(null, { [Symbol.toStringTag]: { value: "Error" }, name: { value: "F" }, message: { value: "far" },
      stack: { value: "s" } }) as object;
    log.error("m", foreign);
    assert.deepEqual(entries()[0]!.fields, { message: "m", errorName: "F", errorStack: "s", data: { message: "far" } });
  });
});

it("calls chain", () => {
  const { log } = rig();
  assert.equal(log.trace("m").debug("m").info("m").warn("m").error("m").fatal("m").log({ level: "info", message: "m" }), log);
  assert.equal(log.setUserId("u").setSessionId("s").setUser({}).setTags([]).setContext({}), log);
});
