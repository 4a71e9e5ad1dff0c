// Flush, close and consent.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeModule } from "./support/core.js";
import { assertCloses, rig } from "./support/logger.js";
import { asPage } from "./support/page.js";

describe("flush", () => {
  it("asks the core with its time limit, and settles with its answer", async () => {
    const { log, core } = rig();
    const fake = core();
    fake.answers = false;
    const flushes = [log.flush({ timeoutMs: 50 }), log.flush(), log.flush({ timeoutMs: -1 }), log.flush({ timeoutMs: Infinity }),
      log.flush({ timeoutMs: "x" as never })];
    assert.deepEqual(fake.asked.slice(1), ["flush 2 50", "flush 3 10000", "flush 4 10000", "flush 5 2147483647", "flush 6 10000"]);
    fake.notify(0, 3, 5, 6, 7, 503);
    assert.deepEqual(await flushes[1], { delivered: 5, pending: 6, dropped: 7, lastStatus: 503 });
    fake.notify(0, 3, 0, 0, 0, 0);
    fake.notify(0, 99, 0, 0, 0, 0);
  });

  it("takes options of every kind", async () => {
    const { log, core } = rig();
    const fake = core();
    const throwing = { get timeoutMs(): never { throw new Error("no"); } };
    for (const options of [{ timeoutMs: Symbol() }, { timeoutMs: 1n }, { timeoutMs: throwing }, throwing, null, 5, Symbol()]) {
      await log.flush(options as never);
    }
    assert.deepEqual(new Set(fake.asked.map((asked) => asked.split(" ")[2])), new Set(["10000"]));
    assert.equal((await log.close(throwing)).lastStatus, 200);
  });

  it("keeps the process while it waits, and no longer", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const { log, core } = rig({ flushInterval: 86_400_000 });
    const fake = core();
    await log.flush();
    const before = timers();
    fake.answers = false;
    const waiting = [log.flush(), log.flush()];
    assert.ok(timers() > before);
    fake.settleAll();
    await Promise.all(waiting);
    assert.equal(timers(), before);
  });
});

describe("close", () => {
  it("flushes once, stops, and counts what comes after", async () => {
    const { log, module } = rig({ onDrop: () => {} });
    log.info("a");
    const closing = log.close();
    assert.equal(log.close(), closing);
    assert.equal(log.disconnect(), closing);
    log.info("late");
    log.child().error("late");
    assert.deepEqual(await closing, { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
    assert.equal(log.flush(), closing);
    assert.deepEqual(module.core.asked, ["close 1 10000"]);
    assert.deepEqual(log.stats().dropped, { closed: 2 });
    assertCloses(log.stats());
  });

  it("of a logger that never logged starts nothing", async () => {
    const { log, module } = rig();
    assert.deepEqual(await log.close(), { delivered: 0, pending: 0, dropped: 0, lastStatus: 0 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(module.starts, 0);
  });

  it("without a core counts what is lost", async () => {
    const module = new FakeModule();
    module.refuses = true;
    const { log } = rig({ onError: () => {}, onDrop: () => {} }, module);
    log.info("a");
    assert.deepEqual(await log.close(), { delivered: 0, pending: 0, dropped: 1, lastStatus: 0 });
    assert.deepEqual(log.stats().dropped, { not_ready: 1 });
    assertCloses(log.stats());
  });

  it("is what await using does", async () => {
    const { log, module } = rig();
    log.info("m");
    await log[Symbol.asyncDispose]();
    assert.deepEqual(module.core.asked, ["close 1 10000"]);
  });

  it("removes the page's listeners", async (t) => {
    const { listening } = asPage(t, { document: { visibilityState: "visible" } });
    const { log } = rig({ captureErrors: true });
    assert.deepEqual([...listening].sort(), ["error", "pagehide", "unhandledrejection", "visibilitychange"]);
    await log.close();
    assert.deepEqual([...listening], []);
  });

  it("stops the timers", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { log, module } = rig({ batchSize: 1, onDrop: () => {} });
    log.info("m");
    await log.close();
    const calls = module.calls.length;
    t.mock.timers.tick(100_000);
    assert.equal(module.calls.length, calls);
  });
});

describe("consent", () => {
  it("is told to the core after what was logged before", () => {
    const { log, core } = rig({ consent: "pending" });
    const fake = core();
    assert.equal(fake.config["consent"], 0);
    log.info("m").setConsent("denied").setConsent("granted");
    assert.equal(fake.entries.length, 1);
    assert.deepEqual(fake.consents, [2, 1]);
    log.setConsent("perhaps" as never);
    assert.deepEqual(fake.consents, [2, 1]);
  });

  it("before the core is there: what was logged under denied never crosses", () => {
    const { log, core } = rig({ onDrop: () => {} });
    log.info("granted").setConsent("denied").info("denied").setConsent("granted").info("again");
    assert.deepEqual(core().all("message"), ["again"]);
    assert.deepEqual(log.stats().dropped, { consent: 2 });
    assert.equal(core().config["consent"], 1);
    assertCloses(log.stats());
  });
});
