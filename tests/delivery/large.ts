/**
 * Closing a tab with 200 entries of a kilobyte waiting: three times what a browser lets a page send at its end. Over a fast line
 * (`large-fast.test.ts`) and over a slow one (`large-slow.test.ts`: 750 kbit/s up, 150 ms).
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chosenBrowsers, launch, type RealBrowser } from "../support/browsers.js";
import { SlowLine } from "../support/line.js";
import type { PlainOptions } from "../support/page.js";
import { FaultServer } from "../support/server.js";
import {
  account,
  assertOrder,
  countedBy,
  fence,
  newSource,
  noteLast,
  openWaiting,
  readLast,
  sentBy,
  settle,
} from "./exits.js";
import { record, type Run, RUNS } from "./figures.js";

const LOAD = { entries: 200, bytes: 900 };
/** What an exit may carry, in bytes; an entry of the load has more than a kilobyte. */
const QUOTA_BYTES = 65_536;
const ENTRY_BYTES_MAX = 1_200;
const LEAST = Math.floor(QUOTA_BYTES / ENTRY_BYTES_MAX);
/** How long the page lives on after it has logged, in ms, where the journal is to have the entries. */
const AGE_MS = 1_000;
/** Longest time for all of it on the slow line, and for 64 KiB. */
const ARRIVAL_MS = 30_000;
const EXIT_MS = 8_000;

/** Registers the tests over one line, for each browser. */
export function closeOver(speed: "fast" | "slow"): void {
  for (const name of chosenBrowsers()) {
    let server: FaultServer;
    let line: SlowLine;
    let browser: RealBrowser;
    before(async () => {
      server = await FaultServer.start();
      line = await SlowLine.start(server.url);
      browser = await launch(name);
    });
    after(async () => {
      await browser.close();
      await line.close();
      await server.close();
    });

    const origin = () => (speed === "fast" ? server.url : line.url);

    test(`${name}: 200 KB at close, JSON with the journal, ${speed} line: the rest arrives at the next visit`, async () => {
      const runs: Run[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        const source = newSource();
        const { page, accepted } = await openWaiting(browser, origin(), source, { ...LOAD, options: { offline: "persist" } });
        await new Promise((resolve) => setTimeout(resolve, AGE_MS));
        await page.close();
        const next = await openWaiting(browser, origin(), newSource(), { entries: 1, bytes: 1, options: { offline: "persist" } });
        await settle(server.ledger, source, accepted, ARRIVAL_MS);
        await next.page.close();
        runs.push(account(server.ledger, source, accepted));
      }
      record({ topic: "large", scenario: `200 KB, JSON with the journal, ${speed} line, visited again`, browser: name, runs });
      for (const { accepted, arrived, twice } of runs) assert.deepEqual([accepted, arrived, twice], [200, 200, 0]);
    });

    test(`${name}: 200 KB at close, frames, ${speed} line: all arrive in one request`, async () => {
      const runs: Run[] = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await closeWithoutJournal(browser, server, origin(), { compress: true }));
      record({ topic: "large", scenario: `200 KB, frames in memory, ${speed} line`, browser: name, runs });
      for (const { accepted, arrived, twice } of runs) assert.deepEqual([accepted, arrived, twice], [200, 200, 0]);
    });

    test(`${name}: 200 KB at close, JSON in memory, ${speed} line: what fits arrives, the rest is known to be held`, async () => {
      const runs: Run[] = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await closeWithoutJournal(browser, server, origin(), {}));
      record({ topic: "large", scenario: `200 KB, JSON in memory, ${speed} line`, browser: name, runs });
      for (const { accepted, arrived, twice, counted } of runs) {
        assert.deepEqual([accepted, twice], [200, 0]);
        assert.ok(arrived >= LEAST, `${arrived} arrived`);
        assert.ok(counted === null || arrived + counted >= accepted, `${arrived} arrived, ${counted} counted`);
      }
    });
  }
}

/** The account of a page that is closed at once, and what its logger held at its last moment. */
async function closeWithoutJournal(browser: RealBrowser, server: FaultServer, origin: string, options: Partial<PlainOptions>) {
  const source = newSource();
  const { page, accepted } = await openWaiting(browser, origin, source, { ...LOAD, options });
  if (browser.name !== "firefox") await page.evaluate(noteLast);
  await page.close();
  const last = (await readLast(browser, origin))?.[0];
  // What Firefox sends nobody can say: as much as an exit may carry for certain.
  await settle(server.ledger, source, last ? sentBy(last) : options.compress === true ? accepted : LEAST, EXIT_MS);
  await fence(browser, server, origin);
  for (const { batch, logs, text } of server.received) {
    if (batch.resource["source"] !== source) continue;
    assertOrder(logs.map(({ seq }) => seq));
    assert.equal(text.startsWith("SAP1"), options.compress === true, "the form of the request");
  }
  return account(server.ledger, source, accepted, last && countedBy(last));
}
