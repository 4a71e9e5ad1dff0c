/**
 * Reloading while nothing can be reached, then being back: a service worker answers for the page, the journal keeps its entries,
 * and the page after delivers them as they were. Nobody answers at the address until then.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenBrowsers, loaded, openApp, type RealBrowser, type RealPage } from "../support/browsers.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";
import { account, allArrive, assertOrder, marks, settle } from "./exits.js";
import type { Run } from "./figures.js";

const ENTRIES = 20;
/** How long before the reload the last entry is logged, in ms. The journal may take half a second. */
const AGE_MS = 1_000;
const CLOCK_MS = 2;

for (const name of chosenBrowsers()) {
  test(`${name}: reloaded while offline, then online: all arrive once, in order, with their times`, async () => {
    await allArrive(name, 2 * ENTRIES, { topic: "offline", scenario: "reloaded while offline, then online" }, reloadOffline);
  });
}

async function reloadOffline(browser: RealBrowser): Promise<Run> {
  const server = await FaultServer.start();
  const page = await openApp(browser, `${server.url}/page`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
  });
  await waitFor("the worker", () => page.evaluate(() => navigator.serviceWorker.controller !== null));
  await server.close();
  await page.offline(true);
  const first = await logSome(page, 0);
  await new Promise((resolve) => setTimeout(resolve, AGE_MS));
  await page.reload();
  await loaded(page);
  const second = await logSome(page, ENTRIES);
  assert.equal(server.received.length, 0);
  await server.goOn();
  await page.offline(false);
  await settle(server.ledger, "offline", 2 * ENTRIES, 20_000);
  const flushed = await page.evaluate(() => window.log.flush());
  // A flush covers what this page has accepted. The answer to what the page before had left may be on its way.
  const recovered = await waitFor("that answer", () => page.evaluate(() => window.log.stats().recovered));
  await page.close();
  await server.close();

  assert.equal(flushed.pending, 0);
  assert.equal(recovered, ENTRIES, "what the page before had left");
  for (const { entry } of server.ledger.of("offline")) {
    const { index } = entry.data as { index: number };
    const [from, to] = index < ENTRIES ? first : second;
    assert.ok(entry.timestamp >= from - CLOCK_MS && entry.timestamp <= to + CLOCK_MS, `the time of ${index}`);
  }
  const came = marks(server.ledger, "offline");
  assertOrder(came.filter((index) => index < ENTRIES));
  assertOrder(came.filter((index) => index >= ENTRIES));
  return account(server.ledger, "offline", first[2] + second[2]);
}

/** Makes the page's logger and logs; from when to when, and what the logger says it took. */
function logSome(page: RealPage, from: number): Promise<[from: number, to: number, accepted: number]> {
  return page.evaluate(
    ({ from, entries }) => {
      const options = { flushInterval: 100, retry: { initialDelayMs: 200, maxDelayMs: 1_000 }, offline: "persist" as const };
      window.log = window.sapwood.createLogger({
        source: "offline",
        environment: "test",
        endpoint: "/v1/logs",
        ...options,
        onError() {},
      });
      const before = Date.now();
      for (let index = from; index < from + entries; index += 1) window.log.info("Logged offline", { index });
      return [before, Date.now(), window.log.stats().accepted];
    },
    { from, entries: ENTRIES },
  );
}
