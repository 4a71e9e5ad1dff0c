/**
 * Pages whose Content-Security-Policy is strict: without WebAssembly the core is had as JavaScript; without the endpoint everything is
 * counted. Nothing is thrown into the page, and it reports no more than one violation.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Fixture, startFixture } from "../support/fixture.js";
import { openLogger, type PlainOptions, stats } from "../support/page.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

interface Seen {
  thrown: Error[];
  violations(): Promise<string[]>;
}

/** Notes what the page reports, from before its first script on. */
async function openStrict(policy: string): Promise<{ page: Page; seen: Seen }> {
  const page = await fixture.open(`?policy=${encodeURIComponent(policy)}`);
  const thrown: Error[] = [];
  page.on("pageerror", (error) => thrown.push(error));
  await page.evaluate(() => {
    const list: string[] = [];
    Object.assign(window, { violations: list });
    document.addEventListener("securitypolicyviolation", (event) => list.push(`${event.effectiveDirective} ${event.blockedURI}`));
  });
  return { page, seen: { thrown, violations: () => page.evaluate(() => (window as unknown as { violations: string[] }).violations) } };
}

/** Logs a flow with an error, flushes, and sees what was stored. */
async function deliversFlow(page: Page, options: Partial<PlainOptions> = {}): Promise<void> {
  const source = fixture.source();
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs", ...options });
  const flushed = await page.evaluate(async () => {
    const flow = window.log.flow("checkout").info("Cart validated", { items: 3, price: 1.5, password: "hunter2" });
    flow.fail(new TypeError("declined"));
    return window.log.flush();
  });
  assert.deepEqual(flushed, { delivered: 2, pending: 0, dropped: 0, lastStatus: 200 });
  assert.equal((await stats(page)).core, "js");
  const [first, last] = fixture.collector.entries(source);
  assert.deepEqual(first?.data, { items: 3, price: 1.5, password: "[redacted]" });
  assert.deepEqual([first?.message, first?.stepIndex, last?.stepIndex, last?.errorName], ["Cart validated", 0, 1, "TypeError"]);
  const header = fixture.collector.batches(source)[0] as unknown as { core: string };
  assert.equal(header.core, "js");
  assert.deepEqual(await page.evaluate(() => window.problems), options.offline === "persist" ? ["store_failed"] : []);
}

const STRICT = "default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'self'";

test("a policy that refuses WebAssembly: the core as JavaScript takes over, after one violation", async () => {
  const { page, seen } = await openStrict(STRICT);
  await deliversFlow(page);
  // Another logger asks no more.
  await deliversFlow(page);
  assert.deepEqual(await seen.violations(), ["script-src wasm-eval"]);
  assert.deepEqual(seen.thrown, []);
});

test("with `offline: \"persist\"` the core as JavaScript takes over without a journal, says so, and there is one violation", async () => {
  const { page, seen } = await openStrict(STRICT);
  await deliversFlow(page, { offline: "persist" });
  assert.deepEqual([await seen.violations(), seen.thrown], [["script-src wasm-eval"], []]);
});

test("with `core: \"js\"` there is no violation, Trusted Types or not", async () => {
  const { page, seen } = await openStrict(`${STRICT}; require-trusted-types-for 'script'; trusted-types 'none'`);
  await deliversFlow(page, { core: "js" });
  assert.deepEqual([await seen.violations(), seen.thrown], [[], []]);
});

test("a core as JavaScript that could not be loaded is asked for again", async () => {
  const { page, seen } = await openStrict(STRICT);
  await page.route("**/core-script.js", (route) => route.abort());
  await openLogger(page, { source: fixture.source(), environment: "test", endpoint: "/v1/logs" });
  const flushed = await page.evaluate(() => window.log.info("one").flush());
  assert.deepEqual(flushed, { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 });
  await waitFor("the problem", () => page.evaluate(() => window.problems.length > 0));
  assert.deepEqual(await page.evaluate(() => window.problems), ["core_unavailable"]);
  assert.deepEqual((await stats(page)).core, "none");
  await page.unroute("**/core-script.js");
  assert.equal((await page.evaluate(() => window.log.flush())).delivered, 1);
  assert.equal((await stats(page)).core, "js");
  assert.deepEqual(seen.thrown, []);
});

test("a policy that refuses the endpoint: bounded noise, and everything is counted", async () => {
  const { page, seen } = await openStrict("default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'none'");
  const retry = { initialDelayMs: 1, maxDelayMs: 1, maxRetries: 3 };
  await openLogger(page, { source: fixture.source(), environment: "test", endpoint: "/v1/logs", retry });
  await page.evaluate(() => window.log.info("one").info("two").flush());
  const { dropped, buffered, accepted } = await stats(page);
  assert.deepEqual([accepted, buffered, dropped], [2, 0, { retries_exhausted: 2 }]);
  const violations = await seen.violations();
  assert.ok(violations.length > 0 && violations.length <= 4, `${violations.length} violations`);
  assert.deepEqual(seen.thrown, []);
});
