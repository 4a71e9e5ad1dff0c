/** Frames between the shipped package, a real browser and the real collector: negotiated, and at the exit. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isFrame } from "../support/decode.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger, startCore, stats } from "../support/page.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

test("the collector says that it reads frames, and gets them", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  fixture.server.reset();
  await openLogger(page, { source, environment: "staging", version: "4.2.0", endpoint: "/v1/logs" });
  for (const message of ["erste", "zweite 🌳", "dritte"]) {
    await page.evaluate((text) => void window.log.info(text, { text }), message);
    await flush(page);
  }
  const types = fixture.server.received.map(({ headers }) => headers["content-type"]);
  assert.deepEqual(types, ["application/json", "application/vnd.sapwood.batch", "application/vnd.sapwood.batch"]);
  const stored = fixture.collector.entries(source).map(({ message, data }) => [message, data]);
  assert.deepEqual(stored, ["erste", "zweite 🌳", "dritte"].map((text) => [text, { text }]));
  assert.equal((await stats(page)).delivered, 3);
  await page.close();
});

/** A kilobyte of an entry such as applications write: some of it repeats, some of it does not. */
function logKilobytes(count: number): void {
  for (let index = 0; index < count; index++) {
    const id = () => crypto.randomUUID();
    const lines = Array.from({ length: 11 }, (_, line) => ({ line, product: `chair-${line * 7}`, quantity: 1 + (index % 3), price: 99.5 + index, warehouse: "HAM-1" }));
    window.log.info("Cart validated", { index, cart: id(), customer: id(), lines, note: "reserved until the payment has been authorised by the bank" });
  }
}

for (const where of ["same-origin", "cross-origin"] as const) {
  test(`200 entries of a kilobyte leave with a closing tab, in one request (${where})`, async () => {
    const page = await fixture.open();
    const source = fixture.source();
    fixture.server.reset();
    const endpoint = where === "same-origin" ? "/v1/logs" : fixture.collector.endpoint;
    await openLogger(page, { source, endpoint, compress: true, batchSize: 1000, batchBytes: 1_048_576, flushInterval: 60_000 });
    await startCore(page);
    await page.evaluate(logKilobytes, 200);
    await page.close({ runBeforeUnload: false });
    await waitFor("all to arrive", () => fixture.collector.count(source) === 200);
    const entries = fixture.collector.entries(source);
    assert.deepEqual(entries.map(({ data }) => (data as { index: number }).index), Array.from({ length: 200 }, (_, index) => index));
    assert.ok(JSON.stringify(entries).length > 200_000);
    assert.equal(fixture.collector.batches(source).length, 1);
    if (where === "same-origin") {
      const [only] = fixture.server.received;
      assert.equal(fixture.server.received.length, 1);
      assert.equal(only!.batch.final, "hide");
      assert.ok(isFrame(Buffer.from(only!.text)));
    }
  });
}
