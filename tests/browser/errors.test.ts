/** `captureErrors` in a page: what nobody catches is logged once, with its stack, and the application's own handlers go on. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger } from "../support/page.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

async function open(captureErrors = true): Promise<{ page: Page; source: string }> {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs", captureErrors });
  return { page, source };
}

/** Flushes, and reads the entries without their noise. */
async function captured(page: Page, source: string) {
  await flush(page);
  return fixture.collector.entries(source);
}

/** Runs in the page: throws from a task of its own and resolves when the page has seen it. */
function throwUncaught(): Promise<void> {
  return new Promise((resolve) => {
    addEventListener("error", () => setTimeout(resolve), { once: true });
    setTimeout(function failingTask() {
      throw new TypeError("nobody catches this");
    });
  });
}

/** Runs in the page: rejects a promise that nobody handles and resolves when the page has seen it. */
function rejectUnhandled(): Promise<void> {
  return new Promise((resolve) => {
    addEventListener("unhandledrejection", () => setTimeout(resolve), { once: true });
    void Promise.reject(new RangeError("nobody handles this"));
  });
}

test("an uncaught error is logged with its name, message and stack", async () => {
  const { page, source } = await open();
  await page.evaluate(throwUncaught);
  const [entry, ...more] = await captured(page, source);
  assert.equal(more.length, 0);
  assert.deepEqual([entry?.level, entry?.errorName], ["error", "TypeError"]);
  assert.match(JSON.stringify(entry), /nobody catches this/);
  assert.match(entry?.errorStack ?? "", /failingTask/);
});

test("an unhandled rejection is logged with its name, message and stack", async () => {
  const { page, source } = await open();
  await page.evaluate(rejectUnhandled);
  const [entry, ...more] = await captured(page, source);
  assert.equal(more.length, 0);
  assert.deepEqual([entry?.level, entry?.errorName], ["error", "RangeError"]);
  assert.match(JSON.stringify(entry), /nobody handles this/);
  assert.match(entry?.errorStack ?? "", /RangeError/);
});

test("a rejection with what is no Error is logged too", async () => {
  const { page, source } = await open();
  await page.evaluate(async () => {
    const seen = new Promise((resolve) => addEventListener("unhandledrejection", () => setTimeout(resolve), { once: true }));
    void Promise.reject({ code: 42 });
    await seen;
  });
  const [entry, ...more] = await captured(page, source);
  assert.equal(more.length, 0);
  assert.match(JSON.stringify(entry), /42/);
});

test("each thrown object is logged once, though log.error, the page and a second logger see it", async () => {
  const { page, source } = await open();
  const other = fixture.source();
  await page.evaluate(async (other) => {
    const second = window.sapwood.createLogger({ source: other, environment: "test", endpoint: "/v1/logs", captureErrors: true });
    const error = new Error("seen by many");
    window.log.error("Handled, then thrown on", error);
    const seen = new Promise((resolve) => addEventListener("error", () => setTimeout(resolve), { once: true }));
    setTimeout(() => {
      throw error;
    });
    await seen;
    void Promise.reject(error);
    await new Promise((resolve) => addEventListener("unhandledrejection", () => setTimeout(resolve), { once: true }));
    await second.flush();
  }, other);
  const entries = [...(await captured(page, source)), ...fixture.collector.entries(other)];
  assert.deepEqual(entries.map((entry) => entry.message), ["Handled, then thrown on"]);
});

test("two throws of two objects with one message are two entries", async () => {
  const { page, source } = await open();
  await page.evaluate(throwUncaught);
  await page.evaluate(throwUncaught);
  assert.equal((await captured(page, source)).length, 2);
});

test("the application's own onerror and the browser's report are undisturbed", async () => {
  const { page, source } = await open();
  const reported: string[] = [];
  page.on("pageerror", (error) => reported.push(error.message));
  const seen = await page.evaluate(async () => {
    const calls: unknown[][] = [];
    window.onerror = (message, file, line, column, error) => {
      calls.push([message, typeof file, typeof line, typeof column, error instanceof TypeError]);
    };
    const thrown = new Promise((resolve) => addEventListener("error", () => setTimeout(resolve), { once: true }));
    setTimeout(() => {
      throw new TypeError("mine as well");
    });
    await thrown;
    return calls;
  });
  assert.deepEqual(seen, [["Uncaught TypeError: mine as well", "string", "number", "number", true]]);
  assert.deepEqual(reported, ["mine as well"]);
  assert.equal((await captured(page, source)).length, 1);
});

test("after close, and without captureErrors, nothing is captured", async () => {
  const { page, source } = await open();
  await page.evaluate(() => window.log.close());
  await page.evaluate(throwUncaught);
  assert.equal((await page.evaluate(() => window.log.stats())).accepted, 0);
  assert.deepEqual(fixture.collector.entries(source), []);
  const silent = await open(false);
  await silent.page.evaluate(throwUncaught);
  assert.deepEqual(await captured(silent.page, silent.source), []);
});
