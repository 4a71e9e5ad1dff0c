/**
 * The built collector as the receiver, in a process of its own: what a closing page sends is in its database. The pages that the
 * other files measure send to a book of the tests' own.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openReader } from "../../js/dev/src/server.js";
import { addressOf, program, temporaryFile } from "../collector/support.js";
import { chosenBrowsers, launch, openApp } from "../support/browsers.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";
import { NOT_DUE } from "./exits.js";

const ENTRIES = 200;

for (const name of chosenBrowsers()) {
  test(`${name}: a page that has heard of frames closes, and the collector has all of it`, async (t) => {
    const file = temporaryFile(t);
    const server = await FaultServer.start(await addressOf(program(t, "--port", "0", "--db", file)));
    t.after(() => server.close());
    const browser = await launch(name);
    t.after(() => browser.close());
    const page = await openApp(browser, `${server.url}/page`);
    await page.evaluate(
      async ({ options, entries }) => {
        window.log = window.sapwood.createLogger({ ...options, source: "closed", environment: "test", endpoint: "/v1/logs" });
        window.log.info("First", { index: 0 });
        await window.log.flush();
        for (let index = 1; index < entries; index += 1) {
          window.log.info("Item added", { index, id: crypto.randomUUID(), note: "one of those that wait ".repeat(35) });
        }
      },
      { options: NOT_DUE, entries: ENTRIES },
    );
    await page.close();
    const reader = openReader(file);
    t.after(() => reader.close());
    const rows = () =>
      reader.all<{ seq: number }>("SELECT json_extract(entry, '$.data.index') AS seq FROM entries WHERE source = 'closed' ORDER BY seq", []);
    await waitFor("all entries", () => rows().length >= ENTRIES, 20_000);
    assert.deepEqual(rows().map(({ seq }) => seq), Array.from({ length: ENTRIES }, (_, index) => index));
    const [first, ...rest] = server.received;
    assert.ok(first && !first.text.startsWith("SAP1"), "the first batch is JSON");
    assert.ok(rest.length > 0 && rest.every(({ text }) => text.startsWith("SAP1")), "what goes with the page is a frame");
  });
}
