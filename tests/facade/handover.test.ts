// The way from the tape to the core: when, in which portions, and what happens when there is no room.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeModule } from "./support/core.js";
import { assertCloses, rig, until } from "./support/logger.js";
import { asPage } from "./support/page.js";

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

  it("and a jump of the wall clock is no waiting (I10)", (t) => {
    const { log, module, core } = rig();
    const fake = core();
    log.info("before");
    const now = Date.now();
    t.mock.method(Date, "now", () => now + 7_200_000);
    log.info("after");
    fake.drain();
    assert.ok(module.core.handOvers.at(-1)!.waitedMs < 60_000);
    assert.deepEqual(module.core.entries.map(({ timestamp }) => timestamp > now + 7_000_000), [false, true]);
  });

  it("by requestIdleCallback where there is one, within flushInterval", (t) => {
    const idle: { run: () => void; timeout: number }[] = [];
    asPage(t, { requestIdleCallback: (run: () => void, { timeout }: { timeout: number }) => idle.push({ run, timeout }),
      cancelIdleCallback: () => {} });
    const { log, module, core } = rig({ flushInterval: 200 });
    core();
    log.info("a").info("b");
    assert.deepEqual(idle.map(({ timeout }) => timeout), [200]);
    idle[0]!.run();
    assert.deepEqual(module.core.all("message"), ["a", "b"]);
    log.info("c");
    assert.equal(idle.length, 2);
  });

  it("at the end of the task in a page that nobody sees, whose timers are late, and at most twice a second", async (t) => {
    const document = { hidden: false };
    asPage(t, { document, setTimeout: () => 0 });
    let now = 1_000;
    t.mock.method(performance, "now", () => now);
    const { log, module, core } = rig();
    const fake = core();
    log.info("seen");
    await Promise.resolve();
    assert.deepEqual(module.core.all("message"), []);
    fake.drain();
    document.hidden = true;
    for (const [message, handed] of [["a", 3], ["b", 5], ["soon after b", 5]] as const) {
      log.info(message).info(message);
      await Promise.resolve();
      assert.equal(module.core.all("message").length, handed, message);
      now += message === "b" ? 499 : 501;
    }
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

  it("in turns, a task each, so that none is long", (t) => {
    const tasks: (() => void)[] = [];
    t.mock.method(globalThis, "setTimeout", (task: () => void) => tasks.push(task));
    const { log, module, core } = rig({ flushInterval: 0 });
    core();
    tasks.length = 0;
    for (let i = 0; i < 1200; i++) log.info(`m${i}`);
    const crossed: number[] = [];
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      task();
      crossed.push(module.core.entries.length);
    }
    assert.deepEqual(crossed, [512, 1024, 1200]);
    assert.deepEqual(module.core.all("message"), Array.from({ length: 1200 }, (_, i) => `m${i}`));
    assertCloses(log.stats());
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
