/** Consent: nothing leaves while it is pending, everything that waited leaves when it is granted, nothing ever when denied. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { type Fixture, startFixture } from "../support/fixture.js";
import { startCore, flush, openLogger, stats } from "../support/page.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());
beforeEach(() => fixture.server.reset());

async function openPending(): Promise<{ page: Page; source: string }> {
  const page = await fixture.open();
  const source = fixture.source();
  const due = { batchSize: 10, flushInterval: 0 };
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs", consent: "pending", ...due });
  await startCore(page);
  await page.evaluate(() => {
    for (let index = 0; index < 25; index += 1) window.log.info(`entry ${index}`);
  });
  return { page, source };
}

test("while consent is pending nothing is sent, whatever is due", async () => {
  const { page } = await openPending();
  const result = await flush(page, 500);
  assert.deepEqual([result.delivered, result.pending, result.dropped], [0, 25, 0]);
  assert.equal((await stats(page)).buffered, 25);
  await page.close({ runBeforeUnload: false });
  // A page that is open later gets its answer: had the closed one sent anything, it would be here by now.
  const witness = await fixture.open();
  const source = fixture.source();
  await openLogger(witness, { source, environment: "test", endpoint: "/v1/logs" });
  await witness.evaluate(() => void window.log.info("witness"));
  await flush(witness);
  assert.deepEqual(fixture.server.received.map((request) => request.logs.map((entry) => entry.message)), [["witness"]]);
});

test("granted: what waited is delivered, in order", async () => {
  const { page, source } = await openPending();
  await page.evaluate(() => void window.log.setConsent("granted"));
  await waitFor("the entries", () => fixture.collector.count(source) === 25);
  const expected = Array.from({ length: 25 }, (_, index) => `entry ${index}`);
  assert.deepEqual(fixture.collector.entries(source).map((entry) => entry.message), expected);
  await flush(page);
  assert.equal((await stats(page)).delivered, 25);
});

test("denied: what waited is dropped and counted, and so is what follows", async () => {
  const { page } = await openPending();
  await page.evaluate(() => void window.log.setConsent("denied").info("one more"));
  const result = await flush(page);
  assert.equal(result.pending, 0);
  const counts = await stats(page);
  assert.deepEqual([counts.accepted, counts.dropped.consent, counts.delivered], [26, 26, 0]);
  assert.equal(fixture.server.received.length, 0);
});
