/** Asking axe: what of a page it holds to be serious. And the walk through all views that asks it, empty and full. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Page } from "playwright-core";
import { root } from "../../support/paths.js";
import { CHECKOUT, dataset, DECLINED } from "./dataset.js";
import { newPage, press, serve, visit } from "./viewer.js";

const AXE = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe holds to be serious or critical, as lines. */
export async function findings(page: Page): Promise<string[]> {
  // As the debugger's expression: a script element would be refused by the page's policy.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[]; passes: unknown[] }> } };
    const result = await axe.run();
    if (result.passes.length < 10) throw new Error("axe checked next to nothing");
    return result.violations;
  });
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.flatMap(({ id, nodes }) => nodes.slice(0, 5).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`));
}

const VIEWS: readonly (readonly [hash: string, ready: string])[] = [
  ["#/live", ".row:visible, .notice:visible"],
  ["#/live?level=warn&source=web-shop", ".row:visible, .notice:visible"],
  ["#/flows", ".flow-table tbody tr:visible, .notice:visible"],
  ["#/ledger", ".card, .notice:visible"],
];
/** The same with content, and what only content has; `error` is the id of an entry with an error. */
const full = (error: number): typeof VIEWS => [
  ...VIEWS,
  [`#/live?q=payment&entry=${error}`, "#panel[data-entry]"],
  [`#/flows/${CHECKOUT}`, ".step"],
  [`#/flows/${DECLINED}?entry=${error}`, "#panel[data-entry]"],
];

/** Asks axe about each view in one theme and width; it must have nothing to say. */
export async function checkViews(t: TestContext, colorScheme: "light" | "dark", width: number): Promise<void> {
  const { page } = await newPage(t, { width, colorScheme });
  for (const bodies of [[], dataset()]) {
    const { url, reader } = await serve(t, bodies);
    const error = reader.entries().find(({ errorName }) => errorName === "PaymentError");
    const views = error === undefined ? VIEWS : full(error.id);
    for (const [hash, ready] of views) {
      await visit(page, url, hash);
      await page.locator(ready).first().waitFor();
      if (hash === "#/live?level=warn&source=web-shop") await press(page, "j");
      assert.deepEqual(await findings(page), [], `${hash}, ${bodies.length} batches`);
    }
    await press(page, "?");
    await page.locator("#help[open]").waitFor();
    assert.deepEqual(await findings(page), [], "the help");
  }
}
