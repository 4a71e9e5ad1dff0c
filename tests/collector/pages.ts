/** The collector's page, open in a real browser. */
import assert from "node:assert/strict";
import { after, before, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { closeChromium, launchChromium } from "../support/browser.js";
import { addressOf, post, program, temporaryFile } from "./support.js";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => closeChromium(browser));

/** A page of a browser that lives as long as the test file; it is closed when the test ends. */
export async function blankPage(t: TestContext, width = 1200): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  t.after(() => page.close());
  return page;
}

/** The built program, because the page is built with it; and a page that notes what must not happen. */
export async function open(t: TestContext, first: readonly unknown[] = [], width = 1200): Promise<{ url: string; page: Page; problems: string[] }> {
  const url = await addressOf(program(t, "--port", "0", "--db", temporaryFile(t), "--quiet"));
  for (const body of first) assert.equal((await post(url, body)).status, 200);
  const page = await blankPage(t, width);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => problems.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`)) problems.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.locator("#status", { hasText: "Live" }).waitFor();
  return { url, page, problems };
}
