// A core that traps: nothing throws, nothing is called again, everything is counted.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeModule } from "./support/core.js";
import { assertCloses, rig, until } from "./support/logger.js";

describe("after a trap", () => {
  for (const call of ["records", "flush", "close", "consent"]) {
    it(`in ${call}: what it held is core_failed, and what comes after`, async () => {
      const problems: string[] = [];
      const drops: unknown[] = [];
      const { log, module } = rig({ onError: (error) => problems.push(error.code), onDrop: (...drop) => drops.push(drop) });
      log.info("delivered");
      await log.flush();
      log.info("held");
      module.core.answers = false;
      const waiting = log.flush();
      module.core.trapAt = call;
      log.info("on the tape");
      if (call === "close") void log.close();
      else if (call === "consent") log.setConsent("denied");
      else void log.flush();
      assert.deepEqual(await waiting, { delivered: 0, pending: 0, dropped: 0, lastStatus: 0 });
      const calls = module.calls.length;
      log.info("late").error("late", new Error("x"));
      log.flow("f").ok();
      const answer = await log.flush();
      assert.equal(answer.pending, 0);
      await log.close();
      assert.equal(module.calls.length, calls);
      const stats = log.stats();
      assertCloses(stats);
      assert.deepEqual([stats.accepted, stats.delivered, stats.core], [6, 1, "none"]);
      assert.deepEqual(stats.dropped, { core_failed: 5 });
      assert.deepEqual(problems, ["core_failed"]);
      // Told in more than one task: the late ones behind the trap.
      const told = (): number => drops.map((drop) => (drop as [string, number])[1]).reduce((a, b) => a + b, 0);
      await until(() => told() >= 5);
      assert.equal(told(), 5);
    });
  }

  it("in what the browser calls", () => {
    const { log, core, module } = rig({ onError: () => {}, onDrop: () => {} });
    const fake = core();
    fake.entry(4, 1, "response", "value");
    assert.deepEqual(module.received, [[1, 4, 1, "response", "value"]]);
    fake.trapAt = "receive";
    fake.entry(0, 0, undefined, undefined);
    assert.equal(log.stats().core, "none");
    fake.entry(0, 0, undefined, undefined);
    assert.equal(module.received.length, 2);
  });

  it("at the start", async () => {
    const problems: unknown[] = [];
    const module = new FakeModule();
    module.trapAtStart = true;
    const { log } = rig({ onError: (error) => problems.push([error.code, (error.cause as Error).name]), onDrop: () => {} }, module);
    log.info("m");
    assert.deepEqual(await log.flush(), { delivered: 0, pending: 0, dropped: 1, lastStatus: 0 });
    log.info("m");
    assertCloses(log.stats());
    assert.deepEqual(log.stats().dropped, { core_failed: 2 });
    await until(() => problems.length > 0);
    assert.deepEqual(problems, [["core_failed", "RuntimeError"]]);
  });

  it("another logger goes on", async () => {
    const module = new FakeModule();
    const [one, two] = [rig({ onError: () => {}, onDrop: () => {} }, module), rig({}, module)];
    one.log.info("m");
    two.log.info("m");
    await Promise.all([one.log.flush(), two.log.flush()]);
    module.cores[0]!.trapAt = "flush";
    await one.log.flush();
    assert.deepEqual((await two.log.flush()).lastStatus, 200);
    assert.deepEqual([one.log.stats().core, two.log.stats().core], ["none", "wasm"]);
  });
});
