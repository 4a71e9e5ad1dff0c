/** Leaving the page with 50 entries waiting: all arrive, each once, however it is left. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chosenBrowsers, launch, type RealBrowser } from "../support/browsers.js";
import { FaultServer } from "../support/server.js";
import { account, fence, LEAVE, marks, newSource, openWaiting, settle } from "./exits.js";
import { record, RUNS } from "./figures.js";

const ENTRIES = 50;

for (const name of chosenBrowsers()) {
  let server: FaultServer;
  let browser: RealBrowser;
  before(async () => {
    server = await FaultServer.start();
    browser = await launch(name);
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  for (const [way, leave] of Object.entries(LEAVE)) {
    test(`${name}: ${ENTRIES} waiting at ${way}: all arrive once, in order`, async () => {
      const loggers: { source: string; accepted: number }[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        const source = newSource();
        const { page, accepted } = await openWaiting(browser, server.url, source, { entries: ENTRIES, bytes: 250 });
        assert.equal(server.ledger.count(source), 0, "entries left before the exit");
        loggers.push({ source, accepted });
        await leave(page, server.url);
        await settle(server.ledger, source, accepted, 10_000);
        if (way !== "close") await page.close();
      }
      await fence(browser, server);
      const runs = loggers.map(({ source, accepted }) => account(server.ledger, source, accepted));
      record({ topic: "exit", scenario: `${ENTRIES} waiting at ${way}`, browser: name, runs });
      const whole = Array.from({ length: ENTRIES }, (_, index) => index);
      for (const { source } of loggers) assert.deepEqual(marks(server.ledger, source), whole);
    });
  }
}
