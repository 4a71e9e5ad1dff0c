// When the core starts: in the background, at need, again after a failure; and who watches for the end of the page.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SIGNAL_HIDE } from "../../js/src/protocol.js";
import { FakeModule } from "./support/core.js";
import { rig, until } from "./support/logger.js";
import { asPage } from "./support/page.js";

describe("the core starts", () => {
  it("in the background, when something was logged, and takes what waited for it", async () => {
    const { log, module } = rig();
    log.info("first tick");
    assert.equal(module.starts, 0);
    await until(() => module.cores.length === 1 && module.core.entries.length === 1);
    assert.equal(log.stats().core, "wasm");
    assert.deepEqual(module.core.asked, []);
  });

  it("at once for a flush, and once only", async () => {
    const { log, module } = rig({ flushInterval: 0 });
    log.info("m");
    let open = (): void => {};
    module.gate = new Promise((resolve) => (open = resolve));
    await until(() => module.waiting);
    assert.deepEqual(await log.flush(), { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
    open();
    await until(() => module.starts === 2);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([module.starts, module.cores.length], [2, 1]);
  });

  it("again after a failure: nothing of it is kept", async () => {
    const problems: string[] = [];
    const module = new FakeModule();
    module.refuses = true;
    const { log } = rig({ onError: (error) => problems.push(`${error.code} ${(error.cause as Error).message}`) }, module);
    log.info("m");
    assert.deepEqual(await log.flush(), { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 });
    assert.equal(log.stats().buffered, 1);
    module.refuses = false;
    assert.deepEqual(await log.flush(), { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
    assert.deepEqual(problems, ["core_unavailable refused"]);
  });

  it("in time for a flush and for the end, where it is only had in the background", async () => {
    for (const method of ["flush", "close"] as const) {
      const module = new FakeModule();
      module._now = () => {
        throw new Error("not yet");
      };
      module._later = () => new Promise((resolve) => setTimeout(() => resolve(module), 20));
      const problems: string[] = [];
      const { log } = rig({ onError: (error) => problems.push(error.code) }, module);
      log.info("m");
      assert.deepEqual(await log[method](), { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
      assert.deepEqual(problems, []);
    }
  });

  it("too late for a flush and for the end whose time is over", async () => {
    const module = new FakeModule();
    module._now = () => {
      throw new Error("not yet");
    };
    module._later = () => new Promise(() => {});
    const { log } = rig({ onDrop: () => {} }, module);
    log.info("m");
    assert.deepEqual(await log.flush({ timeoutMs: 20 }), { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 });
    assert.deepEqual(await log.close({ timeoutMs: 20 }), { delivered: 0, pending: 0, dropped: 1, lastStatus: 0 });
    assert.deepEqual(log.stats().dropped, { not_ready: 1 });
  });

  it("again by itself, later", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const module = new FakeModule();
    module.refuses = true;
    const { log } = rig({ onError: () => {} }, module);
    log.info("m");
    t.mock.timers.tick(500);
    await settled();
    assert.equal(module.starts, 1);
    module.refuses = false;
    t.mock.timers.tick(29_999);
    await settled();
    assert.equal(module.starts, 1);
    t.mock.timers.tick(1);
    await settled();
    assert.equal(module.core.entries.length, 1);
  });

  it("not again when the logger has ended meanwhile", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const module = new FakeModule();
    module.refuses = true;
    const problems: string[] = [];
    const { log } = rig({ onError: (error) => problems.push(error.code), onDrop: () => {} }, module);
    let fail = (): void => {};
    module.gate = new Promise((resolve) => (fail = resolve));
    log.info("m");
    t.mock.timers.tick(500);
    void log.close();
    const { starts } = module;
    fail();
    await settled();
    t.mock.timers.tick(30_000);
    await settled();
    // The one that had begun before the end.
    assert.equal(module.starts, starts + 1);
    assert.deepEqual(problems, ["core_unavailable"]);
    assert.equal(log._engine._timer, undefined);
  });

  it("synchronously when the page leaves before, and then leaves the watch to the core", (t) => {
    const { dispatch, listening } = asPage(t, { document: { visibilityState: "visible" } });
    const { log, module } = rig();
    log.info("m");
    assert.deepEqual([...listening].sort(), ["pagehide", "visibilitychange"]);
    dispatch(new Event("visibilitychange"));
    assert.equal(module.cores.length, 0);
    dispatch(new Event("pagehide"));
    assert.equal(module.core.entries.length, 1);
    // The core did not hear it: it is told.
    assert.deepEqual(module.received, [[1, SIGNAL_HIDE, 0, undefined, undefined]]);
    assert.equal(listening.size, 0);
    log.info("n");
    dispatch(new Event("pagehide"));
    assert.equal(module.core.entries.length, 1);
  });

  it("in the background when the page is hidden and a better core is on its way, and at once when the page leaves", async (t) => {
    const { dispatch } = asPage(t, { document: { visibilityState: "hidden" } });
    for (const leaves of [false, true]) {
      const module = new FakeModule();
      module._awaited = () => true;
      let open = (): void => {};
      module.gate = new Promise((resolve) => (open = resolve));
      const { log } = rig({}, module);
      log.info("m");
      dispatch(new Event("visibilitychange"));
      assert.deepEqual([module.waiting, module.cores.length], [true, 0]);
      if (leaves) {
        dispatch(new Event("pagehide"));
        assert.equal(module.core.entries.length, 1);
      }
      open();
      await until(() => module.starts === (leaves ? 2 : 1) && module.core.entries.length === 1);
    }
  });

  it("synchronously when the page is hidden", (t) => {
    const { dispatch } = asPage(t, { document: { visibilityState: "hidden" } });
    const { log, module } = rig();
    log.info("m");
    dispatch(new Event("visibilitychange"));
    assert.equal(module.core.entries.length, 1);
  });
});
