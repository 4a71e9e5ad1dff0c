// A core that traps: nothing throws, one fresh core goes on, everything is counted.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeModule } from "./support/core.js";
import type { RootLogger } from "../../js/src/root.js";
import { assertCloses, rig } from "./support/logger.js";

/** What is called, and how many of the entries below go with the core: those that it held, and what was crossing just before. */
const LOST = { records: 3, flush: 3, consent: 3, reserve: 3, merge: 2 };
type Call = keyof typeof LOST;
const CALLS = Object.entries(LOST) as [Call, number][];

/** Makes the last core trap. */
function provoke(log: RootLogger, module: FakeModule, call: Call): void {
  if (call === "reserve" || call === "merge") module.trapAt = call;
  else module.cores.at(-1)!.trapAt = call;
  if (call === "consent") log.setConsent("granted");
  // Of too many patches one is made.
  else if (call === "merge") for (let patch = 0; patch < 40; patch++) log.setContext({ patch });
  else void log.flush();
}

describe("after a trap", () => {
  for (const [call, lost] of CALLS) {
    it(`in ${call}: a fresh core takes what still waits, and what the other held is core_failed`, async () => {
      const problems: string[] = [];
      const { log, module } = rig({ onError: (error) => problems.push(error.code), onDrop: () => {} });
      log.info("delivered");
      await log.flush();
      log.info("held").info("held");
      module.core.answers = false;
      const waiting = log.flush();
      log.info("on the tape");
      provoke(log, module, call);
      assertCloses(log.stats());
      await waiting;
      log.info("late");
      const { pending } = await log.flush();
      assert.equal(pending, 0);
      const stats = log.stats();
      assertCloses(stats);
      assert.deepEqual([stats.accepted, stats.delivered, stats.core], [5, 5 - lost, "wasm"]);
      assert.deepEqual(stats.dropped, { core_failed: lost });
      assert.deepEqual(problems, ["core_failed"]);
      // The receiver sees one sequence of the fresh core: the lost ones first, then what arrived.
      const fresh = module.cores[1]!;
      assert.deepEqual(fresh.entries.map(({ seq }) => seq), Array.from({ length: 4 - lost }, (_, i) => lost + 1 + i));
      assert.deepEqual([fresh.drops[14], fresh.accepted], [lost, 4]);
    });

    it(`in ${call}, of a second core as well: everything is counted, and nothing is called again`, async () => {
      const problems: string[] = [];
      const { log, module } = rig({ onError: (error) => problems.push(error.code), onDrop: () => {} });
      log.info("one");
      await log.flush();
      provoke(log, module, call);
      log.info("two");
      await log.flush();
      log.info("three");
      provoke(log, module, call);
      const calls = module.calls.length;
      log.info("late").error("late", new Error("x"));
      log.flow("f").ok();
      await log.flush();
      await log.close();
      assert.deepEqual([module.calls.length, module.cores.length], [calls, 2]);
      const stats = log.stats();
      assertCloses(stats);
      // A hand-over traps only where there is something to hand over.
      const delivered = call === "records" || call === "reserve" ? 1 : 2;
      assert.deepEqual([stats.accepted, stats.delivered, stats.core], [6, delivered, "none"]);
      assert.deepEqual(stats.dropped, { core_failed: 6 - delivered });
      assert.deepEqual(problems, ["core_failed", "core_failed"]);
    });
  }

  it("in stat: a core that cannot be counted has failed, and all that it had is core_failed", async () => {
    const problems: string[] = [];
    const { log, module } = rig({ onError: (error) => problems.push(error.code), onDrop: () => {} });
    log.info("delivered");
    await log.flush();
    log.info("on the tape");
    module.core.trapAt = "stat";
    assertCloses(log.stats());
    assert.deepEqual([log.stats().dropped, log.stats().buffered, log.stats().core], [{ core_failed: 1 }, 1, "none"]);
    const { delivered } = await log.flush();
    assert.deepEqual([delivered, log.stats().core, problems], [1, "wasm", ["core_failed"]]);
    // Of the second core as well: what the first one's tapes brought is known no more.
    module.cores[1]!.trapAt = "stat";
    assertCloses(log.stats());
    assert.deepEqual([log.stats().dropped, log.stats().core], [{ core_failed: 2 }, "none"]);
  });

  it("the store of the journal is ended, and the fresh core opens one of its own", async () => {
    const module = new FakeModule();
    const stores: number[][] = [];
    module._journal = () => {
      const operations: number[] = [];
      stores.push(operations);
      return (operation) => operations.push(operation);
    };
    const { log } = rig({ onError: () => {}, onDrop: () => {}, offline: "persist" }, module);
    log.info("one");
    await log.flush();
    provoke(log, module, "flush");
    log.info("two");
    await log.flush();
    // 4: the end.
    assert.deepEqual(stores, [[4], []]);
  });

  it("in the last flush: nothing is started again", async () => {
    const { log, module } = rig({ onError: () => {}, onDrop: () => {} });
    log.info("one");
    await log.flush();
    module.core.trapAt = "close";
    log.info("two");
    await log.close();
    assertCloses(log.stats());
    assert.deepEqual([log.stats().dropped, module.cores.length], [{ core_failed: 1 }, 1]);
  });

  it("in what the browser calls, the core that trapped is called no more", () => {
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

  it("at the start, twice", async () => {
    const problems: unknown[] = [];
    const module = new FakeModule();
    module.trapAtStart = true;
    const { log } = rig({ onError: (error) => problems.push([error.code, (error.cause as Error).name]), onDrop: () => {} }, module);
    log.info("m");
    await log.flush();
    log.info("m");
    await log.close();
    assertCloses(log.stats());
    assert.deepEqual(log.stats().dropped, { core_failed: 2 });
    assert.deepEqual(problems, [["core_failed", "RuntimeError"], ["core_failed", "RuntimeError"]]);
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
