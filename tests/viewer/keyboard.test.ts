/** Keys, the help that lists them, the theme. Views are driven by keyboard in their own tests as well. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { dataset } from "./support/dataset.js";
import { openViewer, press, storedIds, visit, waitForIds } from "./support/viewer.js";

const current = (page: Page) => page.locator('nav [aria-current="page"]').textContent();
const ground = (page: Page): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("views are changed by keys and by mouse, and a view is gone back to as it was left", async (t) => {
  const { page, problems } = await openViewer(t, dataset(), "#/live?level=warn");
  await press(page, "g", "f");
  await page.locator(".flow-table tbody tr").first().waitFor();
  assert.equal(await current(page), "Flows");
  await press(page, "3");
  await page.locator(".card").first().waitFor();
  assert.match((await current(page)) ?? "", /Ledger/);
  await press(page, "g", "l");
  await page.locator(".chip.active", { hasText: "warn" }).waitFor();
  assert.equal(new URL(page.url()).hash, "#/live?level=warn");
  for (const [key, name] of [["2", "Flows"], ["1", "Live"]] as const) {
    await press(page, key);
    assert.equal(await current(page), name);
  }
  await page.locator("nav").getByRole("link", { name: "Ledger" }).click();
  await page.locator(".card").first().waitFor();
  await page.goBack();
  assert.equal(await current(page), "Live");
  assert.deepEqual(problems, []);
});

test("the keyboard goes on in the view that a key or a link opened, and filters that have no room are not toggled", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), "#/flows", { width: 1280 });
  await page.locator(".flow-table tbody tr").first().waitFor();
  await press(page, "j", "Enter");
  await page.locator(".flow-view .step").first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "view");
  await press(page, "1");
  await waitForIds(page, storedIds(reader));
  await press(page, "j", "Enter");
  await page.locator("#panel[data-entry]").waitFor();
  assert.equal(await page.locator(".filters-toggle").isVisible(), false);
  await press(page, "f", "Escape");
  await page.locator("#panel").waitFor({ state: "hidden" });
  assert.equal(await page.locator(".facets").isVisible(), true, "as before");
  assert.deepEqual(problems, []);
});

test("the help opens and closes by key and by mouse; keys do nothing under it", async (t) => {
  const { page, problems } = await openViewer(t, dataset());
  const help = page.getByRole("dialog");
  await press(page, "?");
  await help.waitFor();
  assert.match((await help.textContent()) ?? "", /Search.*Pause and resume/);
  await press(page, "2", "Space");
  assert.equal(await current(page), "Live");
  await press(page, "Escape");
  await help.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Keyboard help" }).click();
  await help.getByRole("button", { name: "Close" }).click();
  await help.waitFor({ state: "hidden" });
  assert.equal(await page.getByRole("button", { name: "Pause" }).isVisible(), true);
  assert.deepEqual(problems, []);
});

test("keys stay with the browser and with fields: typing types, Ctrl and Alt are not ours", async (t) => {
  const { page, problems } = await openViewer(t, dataset());
  await press(page, "/");
  await page.keyboard.type("2 j?t");
  assert.equal(await page.getByLabel("Search entries").inputValue(), "2 j?t");
  assert.equal(await current(page), "Live");
  await press(page, "Escape", "Control+2", "Alt+3");
  assert.equal(await current(page), "Live");
  assert.deepEqual(problems, []);
});

test("the theme follows the system until one is chosen, and the choice is remembered", async (t) => {
  const { page, url, problems } = await openViewer(t, [], "", { colorScheme: "light" });
  const light = await ground(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground(page);
  assert.notEqual(light, dark);
  await press(page, "t");
  assert.equal(await ground(page), light, "light, though the system is dark");
  await visit(page, url);
  assert.equal(await ground(page), light);
  await page.getByRole("button", { name: /Theme: light/ }).click();
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await ground(page), dark, "dark, though the system is light");
  await page.getByRole("button", { name: /Theme: dark/ }).click();
  assert.equal(await ground(page), light, "as the system again");
  assert.deepEqual(problems, []);
});

test("focus is seen wherever the keyboard goes", async (t) => {
  const { page } = await openViewer(t, dataset());
  const seen = new Set<string>();
  for (let step = 0; step < 80; step += 1) {
    await press(page, "Tab");
    const { name, outline } = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement;
      const style = getComputedStyle(focused);
      return { name: `${focused.tagName}.${focused.className}#${focused.id}`, outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth) };
    });
    if (name.startsWith("BODY")) break;
    assert.ok(outline >= 2, `${name} shows its focus`);
    seen.add(name);
  }
  for (const part of ["nav-flows", "theme", "search", "filters-toggle", "facet", "list"]) assert.ok([...seen].some((name) => name.includes(part)), `${part} is reached`);
});
