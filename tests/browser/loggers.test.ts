/** Two loggers on one page: each has its own sequence, instance, context and end. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { RootLogger } from "../../js/src/types.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import type { Entry } from "../support/protocol.js";

declare global {
  interface Window {
    /** The two loggers of this file's pages. */
    pair: { first: RootLogger; second: RootLogger };
  }
}

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

async function openPair() {
  const page = await fixture.open();
  const sources = { first: fixture.source(), second: fixture.source() };
  await page.evaluate(({ first, second }) => {
    const options = { environment: "test", endpoint: "/v1/logs", flushInterval: 60_000 };
    const make = (source: string) => window.sapwood.createLogger({ ...options, source });
    window.pair = { first: make(first), second: make(second) };
  }, sources);
  return { page, sources };
}

test("two loggers on a page share neither sequence, instance nor context", async () => {
  const { page, sources } = await openPair();
  await page.evaluate(async () => {
    const { first, second } = window.pair;
    first.setUserId("ada").setTags(["one"]).setContext({ shop: 1 });
    for (let index = 0; index < 3; index += 1) {
      first.info("of the first");
      second.info("of the second");
    }
    await Promise.all([first.flush(), second.flush()]);
  });
  const [first, second] = [fixture.collector.entries(sources.first), fixture.collector.entries(sources.second)];
  const seen = (entry: Entry) => [entry.seq, entry.message, entry.userId];
  assert.deepEqual(first.map(seen), [1, 2, 3].map((seq) => [seq, "of the first", "ada"]));
  assert.deepEqual(second.map(seen), [1, 2, 3].map((seq) => [seq, "of the second", undefined]));
  assert.deepEqual([first[0]?.tags, first[0]?.context], [["one"], { shop: 1 }]);
  for (const entry of second) assert.ok(!entry.tags?.length && !entry.context, JSON.stringify(entry));
  const batches = [sources.first, sources.second].flatMap((source) => fixture.collector.batches(source));
  assert.equal(new Set(batches.map((batch) => batch.instance)).size, 2);
});

test("closing one logger leaves the other at work", async () => {
  const { page, sources } = await openPair();
  const counts = await page.evaluate(async () => {
    const { first, second } = window.pair;
    first.info("before the end");
    second.info("one");
    await first.close();
    first.info("after the end");
    second.info("two");
    await second.flush();
    return { first: first.stats(), second: second.stats() };
  });
  assert.deepEqual([counts.first.accepted, counts.first.delivered, counts.first.dropped.closed], [2, 1, 1]);
  assert.deepEqual([counts.second.accepted, counts.second.delivered], [2, 2]);
  assert.deepEqual(fixture.collector.entries(sources.first).map((entry) => entry.message), ["before the end"]);
  assert.deepEqual(fixture.collector.entries(sources.second).map((entry) => entry.message), ["one", "two"]);
});
