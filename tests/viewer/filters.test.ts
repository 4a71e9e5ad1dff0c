/** Filters by mouse and by keyboard: what is shown is what the database selects, and the address says it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { batch, range } from "../collector/support.js";
import { CHECKOUT, dataset } from "./support/dataset.js";
import { countShown, lines, openViewer, press, storedIds, visit, waitForIds } from "./support/viewer.js";

const facet = (page: Page, name: string) => page.locator(".facets").getByRole("button", { name });
const hash = (page: Page): string => decodeURIComponent(new URL(page.url()).hash);

test("filters by mouse: a facet, a value in a line, a chip that goes away", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset());
  await facet(page, "web-shop").click();
  await waitForIds(page, storedIds(reader, "source = 'web-shop'"));
  assert.equal(hash(page), "#/live?source=web-shop");
  await page.getByLabel("Lowest level").selectOption("warn");
  await waitForIds(page, storedIds(reader, "source = 'web-shop' AND severity >= 13"));
  await page.locator(".row .chip.tag", { hasText: "payments" }).click();
  await waitForIds(page, storedIds(reader, "source = 'web-shop' AND severity >= 13 AND entry LIKE '%\"payments\"%'"));
  assert.deepEqual(await page.locator(".chips-row .chip-value").allTextContents(), ["warn", "web-shop", "payments"]);
  await page.getByRole("button", { name: /tag payments/ }).click();
  await waitForIds(page, storedIds(reader, "source = 'web-shop' AND severity >= 13"));
  await facet(page, "web-shop").click();
  await waitForIds(page, storedIds(reader, "severity >= 13"));
  await page.locator(".row .chip.flow:visible").first().click();
  await waitForIds(page, storedIds(reader, "severity >= 13 AND flow_id = ?", [hash(page).split("flow=")[1] ?? ""]));
  assert.deepEqual(problems, []);
});

test("filters by keyboard: searching, the panel of filters, typed values", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset());
  await press(page, "/");
  await page.keyboard.type("payment");
  await waitForIds(page, storedIds(reader, "entry LIKE '%payment%'"));
  assert.equal(hash(page), "#/live?q=payment");
  await press(page, "Escape");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "BODY");
  await press(page, "f", "f");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "trace5");
  await page.getByLabel("Flow: flow name or id").focus();
  await page.keyboard.type(CHECKOUT);
  await press(page, "Enter");
  await waitForIds(page, storedIds(reader, "entry LIKE '%payment%' AND flow_id = ?", [CHECKOUT]));
  await page.getByRole("button", { name: /text payment/ }).focus();
  await press(page, "Enter");
  await waitForIds(page, storedIds(reader, "flow_id = ?", [CHECKOUT]));
  assert.equal(hash(page), `#/live?flow=${CHECKOUT}`);
  assert.deepEqual(problems, []);
});

test("each filter of the address selects what the database does, and a reload restores it", async (t) => {
  const { page, reader, url, problems } = await openViewer(t, dataset());
  const cases: readonly (readonly [query: string, where: string])[] = [
    ["level=error", "severity >= 17"],
    ["user=user_lin", "user_id = 'user_lin'"],
    ["session=sess_19ee", "session_id = 'sess_19ee'"],
    ["environment=staging", "environment = 'staging'"],
    ["instance=77b1c0ffee125a9e", "instance = '77b1c0ffee125a9e'"],
    ["flow=sign-up", "flow_name = 'sign-up'"],
    ["from=1795694490000&to=1795694492000", "timestamp BETWEEN 1795694490000 AND 1795694492000"],
    ["q=nothing+such", "0"],
  ];
  for (const [query, where] of cases) {
    await visit(page, url, `#/live?${query}`);
    await waitForIds(page, storedIds(reader, where));
    await page.reload();
    await waitForIds(page, storedIds(reader, where));
    assert.equal(new URL(page.url()).hash, `#/live?${query}`);
  }
  assert.equal(await page.locator(".notice-title").textContent(), "No entries match.");
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await waitForIds(page, storedIds(reader));
  assert.deepEqual(problems, []);
});

test("a filter holds for what arrives, and the back button takes it back", async (t) => {
  const { page, reader, send, problems } = await openViewer(t, [batch("a", "i", range(1, 3), { resource: { source: "one" } })]);
  await page.getByLabel("Lowest level").selectOption("error");
  await waitForIds(page, []);
  const log = (level: string, message: string): unknown => ({ logs: [{ level, message, source: "two" }] });
  await send(log("info", "not wanted"));
  await send(log("error", "wanted"));
  await send(log("debug", "not wanted either"));
  await send(log("fatal", "wanted as well"));
  await waitForIds(page, storedIds(reader, "severity >= 17"));
  assert.deepEqual((await lines(page)).map(({ message }) => message), ["wanted as well", "wanted"]);
  await page.goBack();
  await waitForIds(page, storedIds(reader));
  await page.goForward();
  await waitForIds(page, storedIds(reader, "severity >= 17"));
  assert.equal(await page.getByLabel("Lowest level").inputValue(), "error");
  assert.deepEqual(problems, []);
});

test("a filter that means nothing is refused with the collector's sentence, and the page goes on", async (t) => {
  const { page, reader, send } = await openViewer(t, dataset().slice(0, 3));
  await page.evaluate(() => (location.hash = "#/live?level=loud"));
  await page.locator("#status.failing", { hasText: "level is none of the six levels." }).waitFor();
  // What arrives for the filter of before is not shown under this one.
  const streamed = page.evaluate(() => new Promise((resolve) => new EventSource("/api/stream?after=0&q=meanwhile").addEventListener("entries", resolve, { once: true })).then(() => true));
  await send({ logs: [{ level: "info", message: "meanwhile" }] });
  assert.equal(await streamed, true);
  await page.locator("#numbers", { hasText: `${storedIds(reader).length} entries` }).waitFor();
  assert.equal(await countShown(page), 0);
  await page.getByRole("button", { name: /level ≥ loud/ }).click();
  await waitForIds(page, storedIds(reader));
  await page.locator("#status", { hasText: /^Live$/ }).waitFor();
});
