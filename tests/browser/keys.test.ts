/**
 * Two apps of one origin that send to one endpoint with keys of their own: what one has left in the store is not the other's to send.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answer } from "../support/behaviours.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { lastLook, noteLooks, openPersistent, recordTexts } from "../support/journal.js";
import { openTab, type Tab } from "../support/tabs.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

const open = async (beside?: Tab) => openTab(await fixture.browser(), `${fixture.server.url}/page`, beside?.context);
const databases = (tab: Tab) => tab.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

test("what an app has left is sent with its own key, never with another's", async () => {
  const first = await open();
  const [source, apiKey] = [fixture.source(), "key-of-the-first"];
  await openPersistent(first, { source, apiKey });
  fixture.server.script(answer(503, {}, { "retry-after": "3600" }));
  await first.evaluate(async () => {
    window.log.info("left behind");
    await window.log.flush({ timeoutMs: 300 });
  });
  const [own] = await databases(first);
  await waitFor("the record", async () => (await recordTexts(first, own!)).length === 1);
  const others: Tab[] = [];
  for (const options of [{ apiKey: "key-of-the-second" }, {}]) {
    const other = await open(first);
    others.push(other);
    await noteLooks(other);
    await openPersistent(other, { source: fixture.source(), ...options });
    // It looks for what dead pages left, and finds nothing, for this is not its store.
    await waitFor("a look", async () => (await lastLook(other)) !== undefined);
    assert.equal(await lastLook(other), 0);
  }
  await first.end();
  const names = await databases(others[0]!);
  assert.equal(new Set(names).size, 3);
  assert.ok(names.every((name) => !name?.includes("key")), names.join());
  assert.equal(fixture.collector.count(source), 0);
  const next = await open(others[0]);
  await openPersistent(next, { source: fixture.source(), apiKey });
  await waitFor("the entry", () => fixture.collector.count(source) === 1);
  const requests = fixture.server.received.filter(({ text }) => text.includes("left behind"));
  assert.deepEqual(requests.map(({ headers }) => headers["x-api-key"]), [apiKey, apiKey]);
  await next.close();
});
