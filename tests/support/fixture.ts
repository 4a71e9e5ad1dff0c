/**
 * What a browser test file needs: a real collector, a fault server in front of it, a Chromium.
 * Owns their start and their end, in the right order.
 */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { closeChromium, launchChromium } from "./browser.js";
import { type Collector, startTestCollector } from "./collector.js";
import { FaultServer } from "./server.js";

/** Started once per test file; see `startFixture`. */
export interface Fixture {
  readonly collector: Collector;
  readonly server: FaultServer;
  /** The Chromium of this file; starts when it is first wanted, so that a run of single tests starts no more than it needs. */
  browser(): Promise<Browser>;
  /** Opens the test page in a browser context of its own; `query` is put behind its address. */
  open(query?: string): Promise<Page>;
  /** A name that no other test of the file uses, to tell whose entries are whose. */
  source(): string;
  stop(): Promise<void>;
}

/** Starts all three. A test file calls it in `before` and its `stop` in `after`. */
export async function startFixture(): Promise<Fixture> {
  const collector = await startTestCollector();
  const server = await FaultServer.start(collector.url);
  let launched: Promise<Browser> | undefined;
  const browser = () => (launched ??= launchChromium());
  let sources = 0;
  return {
    browser,
    collector,
    server,
    open: async (query = "") => openPage(await browser(), `${server.url}/page${query}`),
    source: () => `test-${(sources += 1)}`,
    async stop() {
      if (launched) await closeChromium(await launched);
      await server.close();
      await collector.close();
    },
  };
}

/** Opens an address in a new context: no test sees another's storage or cache. */
async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(url);
  assert.equal(await page.evaluate(() => typeof window.sapwood?.createLogger), "function", "the package did not load");
  return page;
}
