// The way from the call to the core: start, hand-over, bounds, flush, close, consent.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { FakeModule } from "./support/core.js";
import { assertCloses, rig, until } from "./support/logger.js";

/** Gives `globalThis` what a page has, for one test; gives the means to dispatch events. */
function asPage(t: TestContext, page: Record<string, unknown>): (type: string) => void {
  const target = new EventTarget();
  const all: Record<string, unknown> = {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    ...page,
  };
  for (const [name, value] of Object.entries(all)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete (globalThis as Record<string, unknown>)[name]));
  }
  return (type) => target.dispatchEvent(new Event(type));
}

describe("the core starts", () => {
  it("in the background, after the tick of createLogger, and takes what waited", async () => {
    const { log, module } = rig();
    log.info("first tick");
    assert.equal(module.starts, 0);
    await until(() => module.cores.length === 1 && module.core.entries.length === 1);
    assert.equal(log.stats().core, "wasm");
    assert.deepEqual(module.core.asked, []);
  });

  it("at once for a flush, and once only", async () => {
    const { log, module } = rig();
    log.info("m");
    assert.deepEqual(await log.flush(), { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
    await until(() => module.starts === 2);
    assert.equal(module.cores.length, 1);
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

  it("again by itself, later", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const module = new FakeModule();
    module.refuses = true;
    const { log } = rig({ onError: () => {} }, module);
    log.info("m");
    t.mock.timers.tick(1);
    await Promise.resolve().then(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(600);
    const starts = module.starts;
    assert.ok(starts > 0);
    module.refuses = false;
    t.mock.timers.tick(29_000);
    assert.equal(module.starts, starts);
    t.mock.timers.tick(1100);
    assert.equal(module.core.entries.length, 1);
  });

  it("synchronously when the page leaves before, and then leaves the watch to the core", (t) => {
    const dispatch = asPage(t, { document: { visibilityState: "visible" } });
    const { log, module } = rig();
    log.info("m");
    dispatch("visibilitychange");
    assert.equal(module.cores.length, 0);
    dispatch("pagehide");
    assert.equal(module.core.entries.length, 1);
    log.info("n");
    dispatch("pagehide");
    assert.equal(module.core.entries.length, 1);
  });

  it("synchronously when the page is hidden", (t) => {
    const dispatch = asPage(t, { document: { visibilityState: "hidden" } });
    const { log, module } = rig();
    log.info("m");
    dispatch("visibilitychange");
    assert.equal(module.core.entries.length, 1);
  });
});

describe("what is on the tape crosses", () => {
  it("when idle, with how long it has waited", async () => {
    const { log, module, core } = rig();
    core();
    log.info("m");
    assert.equal(module.core.entries.length, 0);
    await until(() => module.core.entries.length === 1);
    assert.ok(module.core.handOvers.at(-1)!.waitedMs >= 0);
    assert.ok(module.core.handOvers.at(-1)!.waitedMs <= 2000);
  });

  it("by requestIdleCallback where there is one, within flushInterval", (t) => {
    const idle: { run: () => void; timeout: number }[] = [];
    asPage(t, { requestIdleCallback: (run: () => void, { timeout }: { timeout: number }) => idle.push({ run, timeout }), cancelIdleCallback: () => {} });
    const { log, module, core } = rig({ flushInterval: 200 });
    core();
    log.info("a").info("b");
    assert.deepEqual(idle.map(({ timeout }) => timeout), [200]);
    idle[0]!.run();
    assert.deepEqual(module.core.all("message"), ["a", "b"]);
    log.info("c");
    assert.equal(idle.length, 2);
  });

  it("in the next task when flushInterval is 0, or batchSize is reached", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const now = rig({ flushInterval: 0 });
    now.core();
    now.log.info("m");
    t.mock.timers.tick(1);
    assert.equal(now.module.core.entries.length, 1);

    const sized = rig({ batchSize: 3 });
    sized.core();
    t.mock.timers.tick(1);
    sized.log.info("a").info("b");
    t.mock.timers.tick(1);
    assert.equal(sized.module.core.entries.length, 0);
    sized.log.info("c").info("d");
    t.mock.timers.tick(1);
    assert.equal(sized.module.core.entries.length, 4);
  });

  it("when the core asks for it", () => {
    const { log, core } = rig();
    const fake = core();
    log.info("m");
    fake.drain();
    assert.equal(fake.entries.length, 1);
  });

  it("in slices, and each says its scopes anew", () => {
    const { log, core } = rig({ context: { c: 1 } });
    for (let i = 0; i < 100; i++) log.info("m", "x".repeat(1000));
    const fake = core();
    assert.equal(fake.entries.length, 100);
    assert.ok(fake.handOvers.length >= 3);
    for (const { bytes } of fake.handOvers) assert.ok(bytes < 34_000, String(bytes));
    assert.deepEqual(new Set(fake.all("context").map((context) => JSON.stringify(context))), new Set(['{"c":1}']));
  });

  it("before an entry would be too much, with the core started for it", () => {
    const { log, module } = rig({ maxBufferBytes: 16_384 });
    for (let i = 0; i < 20; i++) log.info("m", "x".repeat(2000));
    assert.ok(module.core.entries.length >= 8);
    const many = rig({ maxBufferBytes: 67_108_864 });
    for (let i = 0; i < 12_000; i++) many.log.info("m");
    assert.ok(many.module.core.entries.length > 8000);
    assert.deepEqual([log.stats().dropped, many.log.stats().dropped], [{}, {}]);
  });

  it("or is counted when the core cannot be had, without trying at every call", async () => {
    const drops: unknown[] = [];
    const module = new FakeModule();
    module.refuses = true;
    const { log, core } = rig({ maxBufferBytes: 16_384, onError: () => {}, onDrop: (...drop) => drops.push(drop) }, module);
    for (let i = 0; i < 1000; i++) log.info("m", "x".repeat(2000));
    assert.equal(module.starts, 1);
    const { buffered, dropped } = log.stats();
    assert.ok(buffered > 5 && buffered < 12);
    assert.deepEqual(dropped, { not_ready: 1000 - buffered });
    assertCloses(log.stats());
    await until(() => drops.length === 1);
    assert.deepEqual(drops, [["not_ready", 1000 - buffered]]);
    module.refuses = false;
    const fake = core();
    assert.equal(fake.entries.length, buffered);
    assert.equal(fake.drops[11], 1000 - buffered);
    assertCloses(log.stats());
  });

  it("after the page's new address, which is told once", (t) => {
    const location = { href: "https://shop.example.com/a?secret=1#x", origin: "https://shop.example.com", host: "shop.example.com" };
    asPage(t, { location, document: { visibilityState: "visible" } });
    const { log, core } = rig();
    const fake = core();
    const url = (header: unknown): string =>
      (JSON.parse(`{${(header as string).slice(1)}}`) as { resource: { url: string } }).resource.url;
    assert.equal(url(fake.config["resource"]), "https://shop.example.com/a");
    assert.deepEqual([fake.config["crossOrigin"], fake.init.credentials], [true, "omit"]);
    log.info("m");
    core();
    location.href = "https://shop.example.com/b?secret=2";
    log.info("n");
    core();
    log.info("o");
    core();
    assert.deepEqual(fake.resources.map(url), ["https://shop.example.com/b"]);
  });

  it("to a same-origin endpoint that is relative to the page", (t) => {
    asPage(t, { location: { href: "https://shop.example.com/a/b", origin: "https://shop.example.com", host: "shop.example.com" } });
    const { config, url } = rig({ endpoint: "/v1/logs" }).core();
    assert.deepEqual([url, config["crossOrigin"]], ["https://shop.example.com/v1/logs", false]);
  });
});

describe("flush", () => {
  it("asks the core with its time limit, and settles with its answer", async () => {
    const { log, core } = rig();
    const fake = core();
    fake.answers = false;
    const flushes = [log.flush({ timeoutMs: 50 }), log.flush(), log.flush({ timeoutMs: -1 }), log.flush({ timeoutMs: Infinity }), log.flush({ timeoutMs: "x" as never })];
    assert.deepEqual(fake.asked.slice(1), ["flush 2 50", "flush 3 10000", "flush 4 10000", "flush 5 2147483647", "flush 6 10000"]);
    fake.notify(0, 3, 5, 6, 7, 503);
    assert.deepEqual(await flushes[1], { delivered: 5, pending: 6, dropped: 7, lastStatus: 503 });
    fake.notify(0, 3, 0, 0, 0, 0);
    fake.notify(0, 99, 0, 0, 0, 0);
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

  it("removes the page's listeners and timers", async (t) => {
    const listeners = new Set<string>();
    asPage(t, {
      addEventListener: (type: string) => listeners.add(type),
      removeEventListener: (type: string) => listeners.delete(type),
      document: { visibilityState: "visible" },
    });
    const { log } = rig({ captureErrors: true });
    assert.deepEqual([...listeners].sort(), ["error", "pagehide", "unhandledrejection", "visibilitychange"]);
    log.info("m");
    await log.close();
    assert.deepEqual([...listeners], []);
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
