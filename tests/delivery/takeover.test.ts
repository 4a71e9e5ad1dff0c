/**
 * Two tabs of one origin with the journal on, and no server. The tab that sends for the dead ones is closed; the other one takes its
 * place and sends what it left, once, and its own. And a tab that logs as soon as it is in the background, where its timers are late, and
 * is closed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenBrowsers, type RealBrowser } from "../support/browsers.js";
import type { PlainOptions } from "../support/page.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";
import { account, allArrive, fence, marks, openWaiting, settle } from "./exits.js";
import type { Run } from "./figures.js";

const ENTRIES = 20;
/** How long both live after they have logged, in ms. The journal may take half a second. */
const AGE_MS = 1_000;
/** What a hidden one cannot send it writes at once; by a timer it would be there after a second and more. */
const HIDDEN_AGE_MS = 500;
/** A sender that has just begun, or has not seen the other one go, looks once a minute. */
const TAKEOVER_MS = 90_000;
const OPTIONS: Partial<PlainOptions> = {
  offline: "persist",
  flushInterval: 100,
  retry: { initialDelayMs: 200, maxDelayMs: 1_000 },
};

for (const name of chosenBrowsers()) {
  test(`${name}: a living tab takes over what a closed one left in the journal, once`, async () => {
    await allArrive(name, 2 * ENTRIES, { topic: "tabs", scenario: "no server, two tabs, one is closed, the server is back" }, closeOne);
  });
}

// Not in WebKit, whose windows stand side by side (support/webdriver.ts) and are all seen.
for (const name of chosenBrowsers().filter((name) => name !== "webkit")) {
  test(`${name}: what a tab logs when it has just been hidden is in the journal half a second later`, async () => {
    await allArrive(name, ENTRIES, { topic: "tabs", scenario: "no server, a tab is hidden, logs and is closed, the next visit" }, hideOne);
  });
}

async function hideOne(browser: RealBrowser): Promise<Run> {
  const server = await FaultServer.start();
  const { page } = await openWaiting(browser, server.url, "hidden", { entries: 1, bytes: 1, options: OPTIONS });
  assert.equal((await page.evaluate(() => window.log.flush())).pending, 0);
  await server.close();
  // In the first task after the page was hidden: by the test it would be much later.
  await page.evaluate((entries) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      for (let index = 1; index < entries; index += 1) window.log.info("Logged in vain", { index });
    };
    document.addEventListener("visibilitychange", () => port2.postMessage(0), { once: true });
  }, ENTRIES);
  const other = await browser.open("about:blank");
  const accepted = await waitFor("the entries", () =>
    page.evaluate((entries) => {
      const { accepted } = window.log.stats();
      return accepted === entries ? accepted : undefined;
    }, ENTRIES),
  );
  await new Promise((resolve) => setTimeout(resolve, HIDDEN_AGE_MS));
  await page.close();
  await server.goOn();
  const next = await openWaiting(browser, server.url, "next", { entries: 1, bytes: 1, options: OPTIONS });
  await settle(server.ledger, "hidden", ENTRIES, TAKEOVER_MS);
  await fence(browser, server);
  await Promise.all([next.page.close(), other.close()]);
  await server.close();
  return account(server.ledger, "hidden", accepted);
}

async function closeOne(browser: RealBrowser): Promise<Run> {
  const server = await FaultServer.start();
  // Each has been answered once before the server goes; the first one is the sender. (A sender that lives on looks once a minute.)
  const first = await openWaiting(browser, server.url, "first", { entries: 1, bytes: 1, options: OPTIONS });
  await waitFor("the sender", () => first.page.evaluate(async () => Boolean((await navigator.locks.query()).held?.length)));
  const second = await openWaiting(browser, server.url, "second", { entries: 1, bytes: 1, options: OPTIONS });
  for (const { page } of [first, second]) assert.equal((await page.evaluate(() => window.log.flush())).pending, 0);
  await server.close();
  const accepted: number[] = [];
  for (const { page } of [first, second]) {
    accepted.push(
      await page.evaluate((entries) => {
        for (let index = 1; index < entries; index += 1) window.log.info("Logged in vain", { index });
        return window.log.stats().accepted;
      }, ENTRIES),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, AGE_MS));
  await first.page.close();
  await server.goOn();
  for (const source of ["first", "second"]) await settle(server.ledger, source, ENTRIES, TAKEOVER_MS);
  await fence(browser, server);
  await second.page.close();
  await server.close();
  const parts = ["first", "second"].map((source) => account(server.ledger, source, 0));
  const sum = (member: "arrived" | "twice" | "again") => parts.reduce((all, part) => all + part[member], 0);
  for (const source of ["first", "second"]) assert.equal(marks(server.ledger, source)[0], 0, `${source} begins at its beginning`);
  return { accepted: accepted.reduce((a, b) => a + b), arrived: sum("arrived"), twice: sum("twice"), again: sum("again"), counted: null };
}
