/** Privacy on the wire: what must not leave is looked for in the raw bodies, not in what was parsed of them. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger } from "../support/page.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());
beforeEach(() => fixture.server.reset());

const wire = () => fixture.server.received.map((request) => request.text).join("\n");

test("passwords, tokens and card numbers are masked by their names, wherever they stand", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs", redact: { keys: ["petName"] } });
  await page.evaluate(() => {
    const { log } = window;
    log.setContext({ session: { authToken: "hush-context" } });
    log.child({ apiKey: "hush-child" }).info("of a child");
    log.info("flat", { user: "ada", password: "hush-flat" });
    log.info("nested", { forms: [{ login: { Password: "hush-nested", fields: { card_number: "hush-card" } } }] });
    log.info("own rule", { petName: "hush-pet" });
    log.info("Sent {password} to {user}", { password: "hush-template", user: "grace" });
    log.error("failed", Object.assign(new Error("refused"), { secret: "hush-error" }));
    log.flow("login").info("step", new Map([["passwd", "hush-map"]]));
  });
  await flush(page);
  assert.doesNotMatch(wire(), /hush/);
  const stored = fixture.collector.entries(source);
  assert.equal(stored.length, 7);
  assert.equal((stored[1]?.data as { user: string }).user, "ada");
  assert.match(stored[4]?.message ?? "", /^Sent .+ to grace$/);
});

test("queries and fragments of addresses stay in the page", async () => {
  const page = await fixture.open("?token=hush-query#hush-fragment");
  const source = fixture.source();
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs" });
  await page.evaluate(() => {
    window.log.info("as text", { link: "https://shop.test/orders/7?session=hush-data#hush-data" });
    window.log.info("as URL", { link: new URL("https://user:hush-user@shop.test/orders/8?session=hush-url") });
  });
  await flush(page);
  assert.doesNotMatch(wire(), /hush/);
  const [batch] = fixture.server.received;
  assert.equal(batch?.batch.resource["url"], `${fixture.server.url}/page`);
  const links = fixture.collector.entries(source).map((entry) => (entry.data as { link: string }).link);
  assert.deepEqual(links, ["https://shop.test/orders/7", "https://shop.test/orders/8"]);
});
