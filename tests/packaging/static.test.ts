/** What `sapwood/static` does where `sapwood` would load another core: it has none, says so, and loses nothing silently. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { pack } from "../package/packed.js";
import { closeChromium, launchChromium } from "../support/browser.js";
import { type Collector, startTestCollector } from "../support/collector.js";
import { openLogger, stats } from "../support/page.js";
import { waitFor } from "../support/wait.js";
import { serveFolder } from "./support/static.js";

const packed = pack();
let collector: Collector;
let browser: Browser;
before(async () => {
  collector = await startTestCollector();
  browser = await launchChromium();
});
after(async () => {
  await closeChromium(browser);
  await collector.close();
});

/** Opens a page that has the package, under a policy; notes its violations. */
async function open(name: string, policy: string): Promise<{ page: Page; violations: () => Promise<readonly string[]> }> {
  writeFileSync(join(packed.project, "page.js"), 'import * as sapwood from "./node_modules/sapwood/dist/static.js";\nwindow.sapwood = sapwood;\n');
  const html = `<!doctype html><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${policy}">
<title>static</title><script type="module" src="page.js"></script>`;
  writeFileSync(join(packed.project, name), html);
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(() => {
    const list: string[] = [];
    Object.assign(window, { violations: list });
    addEventListener("securitypolicyviolation", (event) => list.push(event.effectiveDirective));
  });
  await page.goto(`${await serveFolder(packed.project)}/${name}`);
  return { page, violations: () => page.evaluate(() => (window as unknown as { violations: string[] }).violations) };
}

/** The kinds of problems that the page was told of. */
const problems = (page: Page): Promise<string[]> => page.evaluate(() => [...new Set(window.problems)]);
const ANY = "default-src * 'unsafe-inline' 'wasm-unsafe-eval'";
const NO_WASM = "script-src 'self'";

test("a policy that refuses WebAssembly: nothing is sent, that is said, and there is one violation", async () => {
  const { page, violations } = await open("refused.html", NO_WASM);
  await openLogger(page, { source: "refused", endpoint: collector.endpoint });
  const flush = (): Promise<number> => page.evaluate(async () => (await window.log.info("one").flush()).pending);
  assert.deepEqual([await flush(), await flush()], [1, 2]);
  await waitFor("the problem", async () => (await problems(page)).length > 0);
  assert.deepEqual([await problems(page), await violations()], [["core_unavailable"], ["script-src"]]);
  const { accepted, buffered, core } = await stats(page);
  assert.deepEqual([accepted, buffered, core, collector.count("refused")], [2, 2, "none", 0]);
});

test("asked for the core as JavaScript it has none, and no violation is made", async () => {
  const { page, violations } = await open("asked.html", NO_WASM);
  await openLogger(page, { source: "asked", endpoint: collector.endpoint, core: "js" });
  assert.equal(await page.evaluate(async () => (await window.log.info("one").flush()).pending), 1);
  await waitFor("the problem", async () => (await problems(page)).length > 0);
  assert.deepEqual([await problems(page), await violations()], [["core_unavailable"], []]);
});

test("asked for a journal it says that there is none, and delivers", async () => {
  const { page } = await open("journal.html", ANY);
  await openLogger(page, { source: "journal", endpoint: collector.endpoint, offline: "persist" });
  assert.equal(await page.evaluate(async () => (await window.log.info("one").flush()).delivered), 1);
  assert.deepEqual([await problems(page), collector.count("journal")], [["store_failed"], 1]);
});
