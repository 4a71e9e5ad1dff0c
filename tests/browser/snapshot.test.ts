/** Data is copied when the call is made: whatever happens to it afterwards, what was logged is what arrives. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger, stats } from "../support/page.js";
import { mulberry32 } from "../support/random.js";
import { addLeaves, addSource, addTrees } from "./generated-values.js";

const VALUES = 300;

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

async function open(): Promise<{ page: Page; source: string }> {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, { source, environment: "test", endpoint: "/v1/logs" });
  await page.evaluate(`window.mulberry32 = ${mulberry32}`);
  for (const add of [addSource, addLeaves, addTrees]) await page.evaluate(add);
  return { page, source };
}

test("data changed after the call arrives as it was at the call", async () => {
  const { page, source } = await open();
  await page.evaluate(() => {
    const data = { order: { id: "ord_1", lines: [{ price: 1 }] }, at: new Date(0), seen: new Set(["a"]) };
    const context = { cart: { items: 1 } };
    const tags = ["kept"];
    const error = new Error("as it was");
    window.log.setContext(context).info("changed", data, { tags }).error("thrown", error);
    Object.assign(data.order, { id: "ord_2" }).lines.push({ price: 2 });
    data.at.setTime(1);
    data.seen.add("b");
    context.cart.items = 2;
    tags.push("added");
    error.message = "changed";
  });
  await flush(page);
  const [changed, thrown] = fixture.collector.entries(source);
  assert.deepEqual(changed?.data, { order: { id: "ord_1", lines: [{ price: 1 }] }, at: "1970-01-01T00:00:00.000Z", seen: ["a"] });
  assert.deepEqual(changed?.context, { cart: { items: 1 } });
  assert.deepEqual(changed?.tags, ["kept"]);
  assert.equal((thrown?.data as { message: string }).message, "as it was");
});

test(`${VALUES} generated values arrive as they were logged, compared deeply`, async () => {
  const { page, source } = await open();
  const expected = await page.evaluate((values) => {
    const wanted: string[] = [];
    for (let seed = 0; seed < values; seed += 1) {
      const made = window.sourceOf(seed);
      const [value, expected] = window.tree(made);
      wanted.push(JSON.stringify(expected));
      window.log.info(`value ${seed}`, value);
      for (const spoil of made.spoilers) spoil();
    }
    return wanted;
  }, VALUES);
  await flush(page);
  assert.equal((await stats(page)).delivered, VALUES);
  const stored = fixture.collector.entries(source);
  assert.equal(stored.length, VALUES);
  for (const [seed, entry] of stored.entries()) {
    assert.equal(entry.message, `value ${seed}`);
    assert.deepEqual(entry.data, JSON.parse(expected[seed] as string), `seed ${seed}`);
  }
  // The generator is worth something only if its values are not all alike.
  assert.ok(new Set(expected).size > VALUES * 0.7 && expected.some((text) => text.length > 2000));
});
