/** Ten thousand hostile values: no call throws, every entry is accounted for, and the page is as it was. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Fixture, startFixture } from "../support/fixture.js";
import { startCore, flush, openLogger, stats } from "../support/page.js";
import { dropped } from "../support/stats.js";
import { addPlatform } from "./hostile-platform.js";
import { addErrors, addGetters, addProxies, addShapes, addText } from "./hostile-values.js";

const VALUES = 10_000;
/** So few that the buffer never fills: then a drop is the value's doing. */
const VALUES_PER_FLUSH = 250;

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

/** Straight to the collector, and little of each value: what is tried is the values, not the amount. */
async function openHostile() {
  const page = await fixture.open();
  const source = fixture.source();
  const uncaught: string[] = [];
  page.on("pageerror", (error) => uncaught.push(String(error)));
  await openLogger(page, { source, environment: "test", endpoint: fixture.collector.endpoint, maxDataBytes: 4096 });
  await startCore(page);
  await page.evaluate(() => {
    window.hostile = [];
  });
  for (const add of [addGetters, addProxies, addErrors, addShapes, addText, addPlatform]) await page.evaluate(add);
  return { page, source, uncaught };
}

/** Runs in the page: hands hostile values to every place of a log call that takes one. Returns what was thrown. */
async function logHostile({ values, perFlush }: { values: number; perFlush: number }): Promise<string[]> {
  const { hostile, log } = window;
  const thrown: string[] = [];
  const flow = log.flow("hostile");
  const ways: ((value: never) => unknown)[] = [
    (value) => log.info("hostile", value),
    (value) => log.warn("hostile", { inside: value }),
    (value) => log.error(value),
    (value) => log.error("hostile", value),
    (value) => log.fatal("hostile", { ok: 1 }, { data: value }),
    (value) => log.info(value),
    (value) => log.info("hostile {value} {missing}", { value }),
    (value) => log.info("hostile", { ok: 1 }, value),
    (value) => log.info("hostile", { ok: 1 }, { tags: value, userId: value, requestId: value, timestamp: value }),
    (value) => log.info("hostile", [value, value]),
    (value) => log.debug("hostile", () => value),
    (value) => log.child({ value }).info("hostile"),
    (value) => flow.info("hostile", value),
    (value) => log.log({ level: "info", message: "hostile", data: value, errorStack: value, flowId: value, stepIndex: value }),
  ];
  for (let round = 1; round <= values; round += 1) {
    // Both lists are walked at different speeds, so that every value meets every way.
    const way = ways[Math.floor(round / hostile.length) % ways.length];
    const make = hostile[round % hostile.length];
    try {
      const value = make?.(round);
      way?.(value as never);
    } catch (error) {
      let text = "?";
      try {
        text = String(error);
      } catch {}
      thrown.push(`${make} by ${way}: ${text}`);
    }
    if (round % perFlush === 0) await log.flush();
  }
  await log.flush();
  return thrown;
}

test("10,000 hostile values: no call throws and every entry is accounted for", async () => {
  const { page, source, uncaught } = await openHostile();
  const thrown = await page.evaluate(logHostile, { values: VALUES, perFlush: VALUES_PER_FLUSH });
  assert.deepEqual(thrown, []);
  assert.deepEqual(uncaught, []);
  const result = await flush(page);
  const counts = await stats(page);
  assert.ok(counts.accepted >= VALUES, `${counts.accepted} accepted`);
  assert.equal(result.pending, 0);
  assert.equal(fixture.collector.count(source) + dropped(counts), counts.accepted);
  assert.equal(counts.core, "wasm", "the core did not survive");
  // Almost all can be shown in some way; what cannot is counted, and is the exception.
  assert.ok(dropped(counts) < VALUES / 100, JSON.stringify(counts.dropped));
  assert.deepEqual(await page.evaluate(() => [window.problems, "polluted" in {}, "polluted" in window]), [[], false, false]);
});

test("hostile context, tags and identities: no call throws and the logger works on", async () => {
  const { page, source, uncaught } = await openHostile();
  const thrown = await page.evaluate(() => {
    const { hostile, log } = window;
    const failed: string[] = [];
    const ways: ((value: never) => unknown)[] = [
      (value) => log.child().setContext(value).info("of a child"),
      (value) => log.child().setTags(value).info("of a child"),
      (value) => log.child().setUser(value).info("of a child"),
      (value) => log.child().setUserId(value).setSessionId(value).info("of a child"),
      (value) => log.flow(value).ok(value),
      (value) => log.flow("hostile").fail(value, value),
      (value) => log.flow("hostile").abandon(value),
      (value) => log.child(value).info("of a child"),
      (value) => log.setContext(value).setContext({ value: null }),
      (value) => log.isEnabled(value),
      (value) => log.log(value),
    ];
    for (const make of hostile) {
      for (const way of ways) {
        try {
          way(make(0) as never);
        } catch {
          failed.push(`${make} by ${way}`);
        }
      }
    }
    log.info("still here");
    return failed;
  });
  assert.deepEqual(thrown, []);
  assert.deepEqual(uncaught, []);
  await flush(page);
  const counts = await stats(page);
  assert.equal(fixture.collector.count(source) + dropped(counts), counts.accepted);
  assert.ok(fixture.collector.entries(source).some((entry) => entry.message === "still here"));
});

test("strings of 10 MB and more cost their entry's field, not the page", async () => {
  const { page, source } = await openHostile();
  await page.evaluate(() => {
    const huge = "h".repeat(10_000_000);
    const { log } = window;
    for (let round = 0; round < 5; round += 1) {
      log.info("as data", huge);
      log.info("as a field", { huge, small: round });
      log.info(huge);
      log.error("as a stack", Object.assign(new Error(huge), { stack: huge }));
    }
    log.info("100 MB", { huge: huge.repeat(10) });
  });
  await flush(page);
  const counts = await stats(page);
  assert.deepEqual([counts.accepted, counts.delivered], [21, 21]);
  const stored = fixture.collector.entries(source);
  assert.equal(stored.length, 21);
  const cut = stored.filter((entry) => Array.isArray(entry["truncated"]));
  assert.equal(cut.length, 21, "what was cut is marked");
});
