/**
 * The back/forward cache: a page that is left is frozen as it stands, with its logger, and goes on when the user comes back.
 * A listener for `unload`, or an open connection of ours, would keep it out of there.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Fixture, startFixture } from "../support/fixture.js";
import { dropped } from "../support/stats.js";
import { at, openTab } from "../support/tabs.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

test("a page that comes back from the cache logs on: nothing twice, nothing missing", async () => {
  const tab = await openTab(await fixture.browser(), `${fixture.server.url}/page`);
  const source = fixture.source();
  await tab.evaluate(async (source) => {
    window.log = window.sapwood.createLogger({ source, environment: "test", endpoint: "/v1/logs", flushInterval: 60_000 });
    addEventListener("pageshow", ({ persisted }) => (window.problems = [`persisted: ${persisted}`]));
    await window.log.flush();
    window.log.info("before");
  }, source);
  for (const [round, message] of ["first return", "second return"].entries()) {
    await tab.evaluate(() => void (location.href = "/blank"));
    await at(tab, "/blank");
    await waitFor("what was left", () => fixture.collector.count(source) === 1 + round);
    await tab.evaluate(() => history.back());
    await at(tab, "/page");
    assert.deepEqual(await tab.evaluate(() => window.problems), ["persisted: true"], "the cache took the page");
    await tab.evaluate((message) => void window.log.info(message), message);
  }
  const { flushed, stats } = await tab.evaluate(async () => {
    window.log.info("last");
    return { flushed: await window.log.flush({ timeoutMs: 5_000 }), stats: window.log.stats() };
  });
  assert.equal(flushed.delivered, 2);
  assert.deepEqual([stats.accepted, stats.delivered, dropped(stats)], [4, 4, 0]);
  const messages = fixture.collector.entries(source).map((entry) => entry.message);
  assert.deepEqual(messages, ["before", "first return", "second return", "last"]);
  await tab.close();
});
