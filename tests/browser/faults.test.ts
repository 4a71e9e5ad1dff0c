/** Delivery when the line or the receiver misbehaves: what is retried, when, under which id, and what is given up. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, cut, cutAfterTaking, hang } from "../support/behaviours.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger, type PlainOptions, stats } from "../support/page.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());
beforeEach(() => fixture.server.reset());

/** A page with a logger that sends when it is told to, and does not wait long between attempts. */
async function open(options: Partial<PlainOptions> = {}): Promise<{ page: Page; source: string }> {
  const page = await fixture.open();
  const source = fixture.source();
  const retry = { initialDelayMs: 50, maxDelayMs: 200 };
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs", flushInterval: 60_000, retry, ...options });
  return { page, source };
}

const logThree = (page: Page) => page.evaluate(() => void window.log.info("one").info("two").info("three"));

test("500, 500, 200: delivered once, the three attempts under one batch id", async () => {
  const { page, source } = await open();
  fixture.server.script(answer(500), answer(500));
  await logThree(page);
  const result = await flush(page);
  assert.deepEqual([result.delivered, result.pending, result.dropped], [3, 0, 0]);
  const { received } = fixture.server;
  assert.equal(received.length, 3);
  assert.equal(new Set(received.map((request) => request.batch.id)).size, 1);
  const attempts = received.map((request) => request.batch.attempt);
  assert.deepEqual(attempts, [0, 1, 2].map((more) => (attempts[0] as number) + more));
  assert.deepEqual(messages(source), ["one", "two", "three"]);
  assert.equal((await stats(page)).delivered, 3);
});

test("429 with Retry-After: 2: not sent again before the two seconds are over", async () => {
  const { page, source } = await open();
  fixture.server.script(answer(429, { error: "slow down" }, { "retry-after": "2" }));
  await logThree(page);
  // A flush asks for speed; the receiver's wish is stronger.
  const result = await flush(page);
  const [refused, taken] = fixture.server.received;
  assert.ok(refused?.answeredAt && taken, "two requests");
  const waitedMs = taken.at - refused.answeredAt;
  assert.ok(waitedMs >= 2000, `sent again after ${waitedMs} ms`);
  assert.ok(waitedMs < 6000, `sent again only after ${waitedMs} ms`);
  assert.equal(result.delivered, 3);
  assert.deepEqual(messages(source), ["one", "two", "three"]);
});

test("the server takes the body and cuts the line: one copy in the database", async () => {
  const { page, source } = await open();
  fixture.server.script(cutAfterTaking());
  await logThree(page);
  const result = await flush(page);
  assert.equal(result.delivered, 3);
  const { received } = fixture.server;
  assert.ok(received.length >= 2, "the batch was sent again");
  assert.equal(new Set(received.map((request) => request.batch.id)).size, 1);
  assert.deepEqual(messages(source), ["one", "two", "three"]);
});

test("the line is cut before the server has kept anything: the batch is still held and sent again", async () => {
  const { page, source } = await open();
  // Several: the browser itself repeats a request when a connection that it used before is gone.
  fixture.server.script(cut(), cut(), cut(), cut());
  await logThree(page);
  const result = await flush(page);
  assert.deepEqual([result.delivered, result.pending, result.dropped], [3, 0, 0]);
  assert.equal(new Set(fixture.server.received.map((request) => request.batch.id)).size, 1);
  assert.deepEqual(messages(source), ["one", "two", "three"]);
});

test("a request that hangs is given up after timeoutMs and sent again", async () => {
  const { page, source } = await open({ timeoutMs: 1000 });
  fixture.server.script(hang());
  await logThree(page);
  const result = await flush(page);
  assert.equal(result.delivered, 3);
  const [hung, taken] = fixture.server.received;
  assert.ok(hung && taken, "two requests");
  // The server cannot see it: Chromium lets an aborted keepalive request live on.
  // Half of it, because not every request takes the same time to get there.
  assert.ok(taken.at - hung.at >= 500, `given up after ${taken.at - hung.at} ms`);
  assert.equal(taken.batch.id, hung.batch.id);
  assert.deepEqual(messages(source), ["one", "two", "three"]);
});

test("401 stops the sender for good and is surfaced once", async () => {
  const { page, source } = await open({ apiKey: "wrong" });
  fixture.server.script(answer(401, { error: "unknown key" }));
  await logThree(page);
  await flush(page);
  await logThree(page);
  const result = await flush(page);
  assert.equal(result.pending, 0);
  assert.equal(fixture.server.received.length, 1);
  assert.equal(fixture.server.received[0]?.headers["x-api-key"], "wrong");
  assert.deepEqual(await page.evaluate(() => window.problems), ["unauthorized"]);
  const counts = await stats(page);
  assert.deepEqual([counts.accepted, counts.delivered, counts.dropped.rejected], [6, 0, 6]);
  assert.deepEqual(messages(source), []);
});

test("400 drops the batch as rejected, and the next one is delivered", async () => {
  const { page, source } = await open();
  fixture.server.script(answer(400, { error: "not understood", issues: [] }));
  await logThree(page);
  await flush(page);
  await page.evaluate(() => void window.log.info("four"));
  await flush(page);
  assert.equal(fixture.server.received.length, 2);
  const counts = await stats(page);
  assert.deepEqual([counts.delivered, counts.dropped.rejected], [1, 3]);
  assert.deepEqual(await page.evaluate(() => window.drops), { rejected: 3 });
  assert.deepEqual(await page.evaluate(() => window.problems), ["rejected"]);
  assert.deepEqual(messages(source), ["four"]);
  assert.deepEqual(fixture.server.received[1]?.batch.dropped, { rejected: 3 });
});

test("413 halves the batch until it fits, and nothing is lost", async () => {
  const { page, source } = await open();
  fixture.server.script(answer(413));
  await page.evaluate(() => {
    for (let index = 0; index < 20; index += 1) window.log.info(`entry ${index}`);
  });
  const result = await flush(page);
  assert.equal(result.delivered, 20);
  const [whole, ...parts] = fixture.server.received;
  assert.equal(whole?.logs.length, 20);
  assert.ok(parts.length >= 2 && parts.every((part) => part.logs.length <= 10 && part.batch.id !== whole.batch.id));
  assert.deepEqual(messages(source), Array.from({ length: 20 }, (_, index) => `entry ${index}`));
});

test("requests do not overlap while one is unanswered", async () => {
  const { page, source } = await open({ batchSize: 5, timeoutMs: 1000 });
  fixture.server.script(hang());
  await page.evaluate(() => {
    for (let index = 0; index < 25; index += 1) window.log.info(`entry ${index}`);
  });
  await flush(page);
  assert.equal((await stats(page)).delivered, 25);
  const [hung, next] = fixture.server.received;
  assert.ok(hung && next && next.at - hung.at >= 500, "a second request began while the first was unanswered");
  assert.deepEqual(messages(source), Array.from({ length: 25 }, (_, index) => `entry ${index}`));
});

const messages = (source: string) => fixture.collector.entries(source).map((entry) => entry.message);
