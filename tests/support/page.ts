/**
 * The page that tests open, and the few calls that most of them make on its logger.
 * Owns the names on `window` that tests and page share. Everything else a test says itself, in `page.evaluate`.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { DropReason, FlushResult, LoggerOptions, RootLogger, Stats } from "../../js/src/types.js";
import { assertCloses } from "./stats.js";

declare global {
  interface Window {
    /** The package, as the page imported it. */
    sapwood: { createLogger(options: LoggerOptions): RootLogger };
    /** The logger that `openLogger` made. */
    log: RootLogger;
    /** Where a test makes several. */
    loggers: RootLogger[] | undefined;
    /** The codes that its `onError` was given, in order. */
    problems: string[];
    /** What its `onDrop` was given, added up. */
    drops: Partial<Record<DropReason, number>>;
  }
}

/**
 * Loads the built package as any page would, from the page's own origin. Where nobody can tell it what to do, because the browser
 * is not driven, its address does: `?drive={ options, everyMs }` makes a logger that logs by itself, and tells `/noted` of each
 * entry once the call has returned.
 */
export const testPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>test page</title>
<script type="module">
import * as sapwood from "/sapwood.js";
window.sapwood = sapwood;
const drive = new URLSearchParams(location.search).get("drive");
if (drive) {
  const { options, everyMs } = JSON.parse(drive);
  window.log = sapwood.createLogger(options);
  let index = 0;
  const step = () => {
    window.log.info("Step taken", { index });
    void fetch("/noted", { method: "POST", body: String(index) });
    index += 1;
  };
  step();
  if (everyMs) setInterval(step, everyMs);
}
</script></head><body><form><input name="field"></form></body></html>
`;

/**
 * A service worker that answers for the page and the package when their server is gone, so that a page can be loaded without a
 * line. Requests of the logger are not its business.
 */
export const shellWorker = `
addEventListener("install", (event) => event.waitUntil(
  caches.open("shell").then((cache) => cache.addAll(["/page", "/sapwood.js", "/persist.js"])).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).catch(async () => (await caches.match(event.request)) ?? Response.error()));
});
`;

/** Options that can be handed to a page: all but the functions. */
export type PlainOptions = Omit<LoggerOptions, "onError" | "onDrop">;

/** The address of a page that logs by itself; without `everyMs` once. */
export const drivenPage = (origin: string, options: PlainOptions, everyMs?: number): string =>
  `${origin}/page?drive=${encodeURIComponent(JSON.stringify({ options, everyMs }))}`;

/** Makes `window.log` from the options. Its problems and drops are kept for the test to read. */
export async function openLogger(page: Page, options: PlainOptions): Promise<void> {
  await page.evaluate((given) => {
    window.problems = [];
    window.drops = {};
    window.log = window.sapwood.createLogger({
      ...given,
      onError: (error) => window.problems.push(error.code),
      onDrop: (reason, count) => {
        window.drops[reason] = (window.drops[reason] ?? 0) + count;
      },
    });
  }, options);
}

/** `log.flush()` in the page. */
export function flush(page: Page, timeoutMs = 10_000): Promise<FlushResult> {
  return page.evaluate((ms) => window.log.flush({ timeoutMs: ms }), timeoutMs);
}

/** `log.stats()` in the page; the sum is checked on every reading. */
export async function stats(page: Page): Promise<Stats> {
  const read = await page.evaluate(() => window.log.stats());
  assertCloses(read);
  return read;
}

/** Starts the core, and so its listeners: by itself it starts only when there is something to hand over. */
export async function startCore(page: Page): Promise<void> {
  await flush(page);
  assert.equal((await stats(page)).core, "wasm");
}
