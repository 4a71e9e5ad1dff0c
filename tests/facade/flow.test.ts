// Flows.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flowId } from "../../js/src/flow.js";
import { rig } from "./support/logger.js";

describe("a flow counts: its steps", () => {
  it("are 0, 1, 2 …, with id and name on every entry", () => {
    const { log, entries } = rig({ context: { app: 1 } });
    const flow = log.flow("checkout", { context: { cart: 2 } });
    assert.equal(flow.stepIndex, 0);
    assert.equal(flow.info("a", { n: 1 }).warn("b").error("c", new Error("x")), flow);
    flow.log({ level: "info", message: "d" });
    assert.equal(flow.stepIndex, 4);
    const all = entries().map((entry) => entry.fields);
    assert.deepEqual(all.map((fields) => [fields["stepIndex"], fields["flowId"], fields["flow"], fields["context"]]),
      [0, 1, 2, 3].map((step) => [step, flow.id, { name: "checkout" }, { app: 1, cart: 2 }]));
  });

  it("are given after the level gate", () => {
    const { log, entries } = rig({ minLevel: "warn" });
    log.flow("f").info("filtered").warn("a").debug("filtered").error("b");
    assert.deepEqual(entries().map((entry) => [entry.fields["message"], entry.fields["stepIndex"]]), [["a", 0], ["b", 1]]);
  });

  it("go on over children of the flow, which see its context", () => {
    const { log, entries } = rig();
    const flow = log.flow("f", { context: { f: 1 } });
    const child = flow.info("a").child({ c: 1 });
    child.info("b").child().info("c");
    flow.info("d");
    const all = entries().map(({ fields }) => [fields["stepIndex"], fields["flowId"], fields["context"]]);
    assert.deepEqual(all, [[0, flow.id, { f: 1 }], [1, flow.id, { f: 1, c: 1 }], [2, flow.id, { f: 1, c: 1 }], [3, flow.id, { f: 1 }]]);
  });

  it("stay at 1,000", () => {
    const { log, entries } = rig();
    const flow = log.flow("f");
    for (let i = 0; i < 1003; i++) flow.info("m");
    assert.equal(flow.stepIndex, 1000);
    assert.deepEqual(entries().slice(-4).map((entry) => entry.fields["stepIndex"]), [999, 1000, 1000, 1000]);
  });

  it("are each flow's own", () => {
    const { log, entries } = rig();
    const [one, two] = [log.flow("f"), log.flow("f")];
    one.info("a");
    two.info("b");
    assert.notEqual(one.id, two.id);
    assert.deepEqual(entries().map((entry) => entry.fields["stepIndex"]), [0, 0]);
  });

  it("a step of the call's own wins", () => {
    const { log, entries } = rig();
    log.flow("f").info("m", 1, { stepIndex: 40, flowId: "mine" });
    assert.deepEqual([entries()[0]!.fields["stepIndex"], entries()[0]!.fields["flowId"]], [40, "mine"]);
  });
});

describe("an id", () => {
  it("is the name and eight characters of a–z0–9", () => {
    const { log } = rig();
    const ids = Array.from({ length: 500 }, () => log.flow("checkout").id);
    for (const id of ids) assert.match(id, /^checkout-[a-z0-9]{8}$/);
    assert.equal(new Set(ids).size, 500);
  });

  it("has every character equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 18_000; i++) for (const char of flowId("f").slice(2)) counts.set(char, (counts.get(char) ?? 0) + 1);
    assert.equal(counts.size, 36);
    // 4,000 expected each, with a standard deviation of 62. A bias by the remainder of 256 by 36 would give four of them 4,500.
    for (const [char, count] of counts) assert.ok(Math.abs(count - 4000) < 375, `${char}: ${count}`);
  });

  it("fits 50 characters, splits no character and can be percent-encoded", () => {
    const { log } = rig();
    const flow = log.flow("x".repeat(40) + "🌳🌳");
    assert.equal(flow.name, "x".repeat(40));
    assert.equal(flow.id.length, 49);
    assert.equal(log.flow("a\ud800b").name, "ab");
    assert.match(log.flow(undefined as never).id, /^flow-/);
    assert.equal(log.flow("f", { id: "i".repeat(60) }).id, "i".repeat(50));
  });

  it("does not need a cryptographic source", (t) => {
    const { log } = rig();
    const crypto = Object.getOwnPropertyDescriptor(globalThis, "crypto")!;
    t.after(() => Object.defineProperty(globalThis, "crypto", crypto));
    Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
    assert.match(log.flow("f").id, /^f-[a-z0-9]{8}$/);
  });
});

describe("an outcome", () => {
  const failure = new Error("declined");
  const cases = [
    ["ok", 9, "ok", (flow) => flow.ok({ total: 1 }), { total: 1 }],
    ["fail with an error", 17, "failed", (flow) => flow.fail(failure, { total: 1 }), { message: "declined", total: 1 }],
    ["fail with something else", 17, "failed", (flow) => flow.fail("declined"), { error: "declined" }],
    ["fail with something else and data", 17, "failed", (flow) => flow.fail("declined", 1), { error: "declined", data: 1 }],
    ["fail with data only", 17, "failed", (flow) => flow.fail(undefined, { total: 1 }), { total: 1 }],
    ["abandon", 13, "abandoned", (flow) => flow.abandon("timeout"), { reason: "timeout" }],
    ["abandon without a reason", 13, "abandoned", (flow) => flow.abandon(), undefined],
    ["using", 13, "abandoned", (flow) => flow[Symbol.dispose](), undefined],
  ] satisfies [string, number, string, (flow: ReturnType<ReturnType<typeof rig>["log"]["flow"]>) => void, unknown][];
  for (const [name, severity, outcome, end, data] of cases) {
    it(`${name}: one last entry`, () => {
      const { log, entries } = rig();
      const flow = log.flow("checkout").info("a");
      end(flow);
      flow.ok();
      flow.fail();
      flow.abandon();
      flow[Symbol.dispose]();
      const all = entries();
      assert.equal(all.length, 2);
      const { fields } = all[1]!;
      const { durationMs, ...rest } = fields["flow"] as { durationMs: number };
      assert.deepEqual(rest, { name: "checkout", outcome });
      assert.ok(durationMs >= 0 && durationMs < 1000);
      assert.deepEqual([all[1]!.severity, fields["stepIndex"], fields["message"], fields["data"]], [severity, 1,
        `Flow checkout: ${outcome}`, data]);
    });
  }

  it("that is filtered by its level does not ride on another entry", () => {
    const { log, entries } = rig({ minLevel: "error" });
    const flow = log.flow("f");
    flow.ok();
    flow.error("a");
    assert.deepEqual(entries().map((entry) => entry.fields["flow"]), [{ name: "f" }]);
  });

  it("does not become another's by a getter that logs", () => {
    const { log, entries } = rig();
    const flow = log.flow("f");
    flow.ok({ get x() { flow.info("inner"); return 1; } });
    assert.deepEqual(entries().map((entry) => (entry.fields["flow"] as { outcome?: string }).outcome), ["ok", undefined]);
  });

  it("nor by lazy data that logs, and the last step is its own", () => {
    const { log, entries } = rig();
    const flow = log.flow("f");
    flow.ok(() => (flow.info("inner"), { n: 1 }));
    const seen = entries().map(({ fields }) => [fields["message"], fields["stepIndex"], (fields["flow"] as { outcome?: string }).outcome]);
    assert.deepEqual(seen, [["Flow f: ok", 0, "ok"], ["inner", 1, undefined]]);
  });
});

it("toString holds id, name, step and start", () => {
  const { log } = rig();
  const flow = log.flow("check;out é").info("a");
  const [id, name, step, start] = String(flow).split(";").map(decodeURIComponent);
  assert.deepEqual([id, name, step], [flow.id, "check;out é", "1"]);
  assert.ok(Math.abs(Number(start) - Date.now()) < 1000);
});

it("await log.flow(…) works as well", async () => {
  const { log } = rig();
  const flow = await log.flow("f");
  assert.equal(flow.name, "f");
});
