/**
 * Pages whose Content-Security-Policy is strict, in three browsers: without WebAssembly the core is had as JavaScript; without the
 * endpoint everything is counted. Nothing is thrown into the page, and it reports no more than it must.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chosenBrowsers, type BrowserName } from "../support/browsers.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { assertCloses } from "../support/stats.js";
import type { Outcome, Task } from "./inside/page.js";
import { opener } from "./support/browsers.js";
import { bundle } from "./support/bundle.js";

const open = opener();
let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
  const script = { "content-type": "text/javascript; charset=utf-8" };
  for (const name of ["watch", "page"]) fixture.server.served.set(`/${name}.js`, { text: bundle(`${name}.ts`), headers: script });
});
after(() => fixture.stop());

interface Seen {
  outcomes: Outcome[];
  violations: string[];
  thrown: string[];
}

const ENFORCED = "content-security-policy";
const NONCE = "bm9uY2U";
/** The browser itself asks for an icon. */
const REST = "default-src 'none'; img-src 'self'";
const SELF = `${REST}; connect-src 'self'; script-src 'self'`;
const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'";

/** Lets a page under this policy do its task, and closes it. */
async function visit(name: BrowserName, policy: string, given: Partial<Task["options"]>, more: Partial<Task> = {}, header = ENFORCED): Promise<Seen> {
  const options = { source: "none", environment: "test", endpoint: "/v1/logs", ...given };
  const task: Task = { options, loggers: 1, flushes: 1, timeoutMs: 10_000, ...more };
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>strict</title>
<script nonce="${NONCE}" src="/watch.js"></script><script nonce="${NONCE}" type="module" src="/page.js"></script></html>`;
  fixture.server.served.set("/strict", { text, headers: { "content-type": "text/html; charset=utf-8", [header]: policy } });
  const page = await open(name, `${fixture.server.url}/strict?task=${encodeURIComponent(JSON.stringify(task))}`);
  const seen = await page.evaluate(async () => ({ outcomes: await window.outcomes, violations: window.violations, thrown: window.thrown }));
  await page.close();
  for (const { stats, closed } of seen.outcomes) [stats, closed].forEach(assertCloses);
  return seen;
}

/** The flow came whole, with the error and its stack, from a core of that kind. */
function assertDelivered({ outcomes, thrown }: Seen, source: string, core: "js" | "wasm", problems: readonly string[] = []): void {
  assert.deepEqual(thrown, []);
  for (const outcome of outcomes) {
    assert.deepEqual(outcome.flushed, { delivered: 2, pending: 0, dropped: 0, lastStatus: 200 });
    assert.deepEqual([outcome.stats.core, outcome.problems, outcome.drops], [core, problems, {}]);
  }
  const entries = fixture.collector.entries(source);
  assert.equal(entries.length, 2 * outcomes.length);
  const [first, last] = entries;
  assert.deepEqual(first?.data, { items: 3, price: 1.5, password: "[redacted]" });
  assert.deepEqual([first?.message, first?.stepIndex, last?.stepIndex, last?.errorName], ["Cart validated", 0, 1, "TypeError"]);
  assert.equal(first?.flowId, last?.flowId);
  assert.match(String(last?.errorStack), /payForTheOrder[^]*\/page\.js:\d+:\d+/);
  for (const batch of fixture.collector.batches(source)) assert.equal((batch as unknown as { core: string }).core, core);
}

for (const name of chosenBrowsers()) {
  test(`${name}: \`script-src 'self'\` and Trusted Types: a flow with an error arrives from the core as JavaScript, after one violation at most`, async () => {
    const source = fixture.source();
    const seen = await visit(name, `${SELF}; ${TRUSTED_TYPES}`, { source }, { loggers: 2 });
    assertDelivered(seen, source, "js");
    assert.ok(seen.violations.length <= 1, seen.violations.join("; "));
  });

  test(`${name}: the same with \`offline: "persist"\`, which is told to be without a journal`, async () => {
    const source = fixture.source();
    const seen = await visit(name, `${SELF}; ${TRUSTED_TYPES}`, { source, offline: "persist" });
    assertDelivered(seen, source, "js", ["store_failed"]);
    assert.ok(seen.violations.length <= 1, seen.violations.join("; "));
  });

  test(`${name}: with \`core: "js"\` there is no violation`, async () => {
    const source = fixture.source();
    const seen = await visit(name, `${SELF}; ${TRUSTED_TYPES}`, { source, core: "js" });
    assertDelivered(seen, source, "js");
    assert.deepEqual(seen.violations, []);
  });

  test(`${name}: a policy of nonces lets the core as JavaScript be loaded`, async () => {
    const source = fixture.source();
    const seen = await visit(name, `${REST}; connect-src 'self'; script-src 'nonce-${NONCE}' 'strict-dynamic'`, { source, core: "js" });
    assertDelivered(seen, source, "js");
    assert.deepEqual(seen.violations, []);
  });

  test(`${name}: with 'wasm-unsafe-eval' nothing is reported, Trusted Types or not`, async () => {
    const source = fixture.source();
    const seen = await visit(name, `${SELF} 'wasm-unsafe-eval'; ${TRUSTED_TYPES}`, { source, offline: "persist" });
    assertDelivered(seen, source, "wasm");
    assert.deepEqual(seen.violations, []);
  });

  test(`${name}: a policy that only reports is told of at most once`, async () => {
    const source = fixture.source();
    const seen = await visit(name, SELF, { source }, { loggers: 2 }, `${ENFORCED}-report-only`);
    assertDelivered(seen, source, "wasm");
    assert.ok(seen.violations.length <= 1, seen.violations.join("; "));
  });

  test(`${name}: a policy that refuses the endpoint: bounded noise, and everything is counted`, async () => {
    const elsewhere = { endpoint: "http://logs.invalid/v1/logs" };
    const { outcomes, violations, thrown } = await visit(name, `${SELF} 'wasm-unsafe-eval'`, elsewhere, { flushes: 20, timeoutMs: 50 });
    assert.deepEqual(thrown, []);
    const { flushed, closed, problems, drops } = outcomes[0]!;
    assert.deepEqual(flushed, { delivered: 0, pending: 2, dropped: 0, lastStatus: 0 });
    // Each attempt is one violation. A flush is no reason for an attempt: the delay between two of them grows from a second at most.
    assert.ok(violations.length > 0 && violations.length <= 6, `${violations.length} violations`);
    assert.deepEqual(new Set(violations), new Set([`connect-src ${elsewhere.endpoint}`]));
    assert.ok(problems.length > 0 && problems.length <= violations.length, problems.join(", "));
    assert.deepEqual([closed.buffered, closed.inFlight, closed.dropped, drops], [0, 0, { closed: 2 }, { closed: 2 }]);
  });
}
