/**
 * One real Chromium for a test file. Owns the launch line; pages are closed before the browser, because Chromium delivers
 * nothing of a page that dies with it.
 */
import { type Browser, chromium } from "playwright-core";

// Nothing is asked of the outside, and a slow machine's missing GPU or sandbox is no reason to fail.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Playwright switches the back/forward cache off; this is its switch. */
const NO_BFCACHE = "--disable-back-forward-cache";

/** Starts Chromium: `CHROMIUM` names the binary, the default is where Debian puts it. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: FLAGS, ignoreDefaultArgs: [NO_BFCACHE] });
}

/** Closes all pages, then the browser. */
export async function closeChromium(browser: Browser): Promise<void> {
  for (const context of browser.contexts()) await context.close();
  await browser.close();
}
