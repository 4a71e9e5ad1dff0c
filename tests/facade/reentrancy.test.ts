// User code that logs while something of it is being copied or written.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertCloses, rig } from "./support/logger.js";

describe("a log call inside of a log call", () => {
  it("follows the one it is inside of, whole", () => {
    const { log, entries } = rig();
    const noisy = (name: string): object => ({
      before: 1,
      get x() {
        log.info(`inner ${name}`, { of: name });
        return name;
      },
      after: 2,
      toJSON: undefined,
    });
    log.info("outer", noisy("a"), { tags: ["t"] }).info("next");
    const boom = Object.defineProperties(new Error("boom"), Object.getOwnPropertyDescriptors(noisy("b")));
    log.error(boom);
    log.info("lazy", () => (log.info("from lazy"), { n: 1 }));
    const all = entries();
    assert.deepEqual(all.map((entry) => entry.seq), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(all.map((entry) => entry.fields["message"]), ["outer", "inner a", "next", "boom", "inner b", "lazy", "from lazy"]);
    assert.deepEqual(all[0]!.fields, { message: "outer", data: { before: 1, x: "a", after: 2 }, tags: ["t"] });
    assert.deepEqual(all[1]!.fields, { message: "inner a", data: { of: "a" } });
    assert.deepEqual(all[3]!.fields["data"], { message: "boom", before: 1, x: "b", after: 2 });
    assert.deepEqual(all[5]!.fields["data"], { n: 1 });
  });

  it("and whatever looks at the counters in the midst of it sees a sum that closes", async () => {
    const { log, module } = rig({ onError: () => {}, onDrop: () => {} });
    const seen: number[] = [];
    const look = (): number => {
      assertCloses(log.stats());
      return seen.push(log.stats().accepted);
    };
    log.info("lazy", look).info("getter", { get x() { return look(); } });
    log.info("outer", () => { log.info("inner", look); return look(); });
    assert.deepEqual(seen, [0, 1, 2, 3]);
    assert.deepEqual(await log.flush(), { delivered: 4, pending: 0, dropped: 0, lastStatus: 200 });
    log.info("trap", () => { module.core.trapAt = "flush"; void log.flush(); return look(); });
    look();
    assert.deepEqual([log.stats().accepted, log.stats().dropped], [5, {}]);
    assert.equal(log.stats().buffered, 1, "it waits for a fresh core");
  });

  it("that never ends is cut, and counted", () => {
    const { log, entries } = rig({ onDrop: () => {} });
    const endless = {
      get x(): number {
        log.info("inner", endless).info("inner", endless);
        return 1;
      },
    };
    log.info("outer", endless);
    const all = entries();
    assert.ok(all.length > 3 && all.length < 200);
    assert.deepEqual(Object.keys(log.stats().dropped), ["unserialisable"]);
    assertCloses(log.stats());
    for (const { fields } of all) assert.deepEqual(fields["data"], { x: 1 });
  });

  it("of another logger is its own affair", () => {
    const [one, two] = [rig(), rig()];
    one.log.info("outer", { get x() { two.log.info("other", { y: 1 }); return 1; } });
    assert.deepEqual(one.entries()[0]!.fields["data"], { x: 1 });
    assert.deepEqual(two.entries()[0]!.fields["data"], { y: 1 });
  });

  it("of another logger that logs to the first again", () => {
    const [one, two] = [rig(), rig()];
    const back = { get y() { one.log.info("back", { z: 1 }); return 2; } };
    one.log.info("outer", { get x() { two.log.info("other", back); return 1; }, after: 3 });
    assert.deepEqual(one.entries().map((entry) => entry.fields["data"]), [{ x: 1, after: 3 }, { z: 1 }]);
    assert.deepEqual(two.entries().map((entry) => entry.fields["data"]), [{ y: 2 }]);
  });

  it("may flush: that covers what was accepted before, and settles once, after it", async () => {
    const { log, module } = rig();
    log.info("starts the core");
    await log.flush();
    const results: unknown[] = [];
    const { core } = module;
    core.answers = false;
    const asked = core.asked.length;
    log.info("one").info("outer", { get x() { void log.flush().then((result) => results.push(result)); return 1; } });
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(core.all("message").slice(1), ["one", "outer"]);
    assert.deepEqual([core.asked.length - asked, results], [1, []], "nothing is answered yet");
    core.settle(Number(core.asked.at(-1)!.split(" ")[1]));
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(results, [{ delivered: 2, pending: 0, dropped: 0, lastStatus: 200 }]);
    core.answers = true;
  });

  it("may close: what was accepted before goes with it, and nothing after it is taken", async () => {
    const { log, core } = rig({ onDrop: () => {} });
    log.info("one").info("outer", { get x() { void log.close(); return 1; } });
    await log.close();
    log.info("late");
    assert.deepEqual(core().all("message"), ["one", "outer"]);
    assert.deepEqual(log.stats().dropped, { closed: 1 });
    assertCloses(log.stats());
  });

  it("may flush, close and change consent", async () => {
    const { log, core, module } = rig({ onDrop: () => {} });
    log.info("first").info("outer",
      { get x() { void log.flush(); log.setConsent("denied"); log.setConsent("granted"); void log.flush(); return 1; } });
    assertCloses(log.stats());
    const total = core().entries.length + (log.stats().dropped.consent ?? 0);
    assert.equal(total, 2);
    log.info("closing", { get x() { void log.close(); return 1; } });
    await log.close();
    assertCloses(log.stats());
    assert.equal(log.stats().buffered, 0);
    assert.ok(module.core.asked.at(-1)!.startsWith("close"));
  });

  it("cannot let go what was logged under a denied consent", () => {
    const { log, core } = rig({ consent: "denied", onDrop: () => {} });
    core();
    log.info("secret").info("outer", () => void log.setConsent("granted"));
    log.info("after");
    assert.deepEqual(core().all("message"), ["after"]);
    assert.deepEqual(log.stats().dropped, { consent: 2 });
    assertCloses(log.stats());
  });
});

describe("a stack that is read when it crosses", () => {
  it("may log: that lands on the next tape", () => {
    const { log, core } = rig();
    const error = new Error("x");
    Object.defineProperty(error, "stack", { get: () => { log.info("from the stack"); return "stack"; } });
    log.error("a", error).info("b");
    assert.deepEqual(core().all("message"), ["a", "b"]);
    assertCloses(log.stats());
    assert.deepEqual(core().all("message"), ["a", "b", "from the stack"]);
  });

  it("may flush and look at the counters", () => {
    const { log, core } = rig();
    const error = new Error("x");
    const seen: number[] = [];
    Object.defineProperty(error, "stack", { get: () => {
      log.info("inner");
      void log.flush();
      assertCloses(log.stats());
      seen.push(log.stats().accepted);
      return "stack";
    } });
    log.error("a", error);
    assert.deepEqual(core().all("errorStack"), ["stack"]);
    assert.deepEqual(seen, [2]);
    assert.deepEqual(core().all("message"), ["a", "inner"]);
  });

  it("of one logger does not disturb the hand-over of another", () => {
    const [one, two] = [rig(), rig()];
    const error = new Error("x");
    Object.defineProperty(error, "stack", { get: () => { two.log.info("two", "z".repeat(500)); void two.log.flush(); return "stack"; } });
    one.log.info("before", "y".repeat(500)).error("a", error).info("after");
    assert.deepEqual(one.core().all("message"), ["before", "a", "after"]);
    assert.deepEqual(two.core().all("message"), ["two"]);
  });
});
