/** The list of entries in a real browser: filters, older entries, what is loaded later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../support/wait.js";
import { open } from "./pages.js";
import { batch, entry, post, range } from "./support.js";

test("filters and older entries", async (t) => {
  const { page, problems } = await open(t, [
    batch("a", "i", range(1, 250)),
    { logs: [entry(1, { level: "error", message: "needle", flowId: "f-1", stepIndex: 0 })] },
  ]);
  const items = page.locator("#entries > li");
  assert.equal(await items.count(), 100);
  await page.locator("#older").click();
  await waitFor("the next hundred", async () => (await items.count()) === 200);
  await page.locator("#older").click();
  await waitFor("all", async () => (await items.count()) === 251);
  assert.equal(await page.locator("#older").isVisible(), false);
  await page.locator("#level").selectOption("error");
  await waitFor("one error", async () => (await items.count()) === 1);
  await page.locator("#level").selectOption("");
  await page.locator("#search").fill("message 25");
  await waitFor("what matches", async () => (await items.count()) === 2);
  const later = page.waitForRequest((request) => /q=nothing\+such&after=251$/.test(request.url()));
  await page.locator("#search").fill("nothing such");
  await page.locator("#empty", { hasText: "No entries match." }).waitFor();
  await later; // What was looked at once is not searched again every second.
  await page.locator("#search").fill("");
  await page.locator("#flows button").click();
  await waitFor("the flow's entry", async () => (await items.count()) === 1);
  assert.match((await items.first().textContent()) ?? "", /needle/);
  await page.locator("#flow").click();
  await waitFor("everything again", async () => (await items.count()) === 100);
  assert.deepEqual(problems, []);
});

test("older entries come once however fast one clicks, and the list has an end", async (t) => {
  const { url, page, problems } = await open(t, [batch("a", "i", range(1, 1_250))]);
  const items = page.locator("#entries > li");
  const older = page.locator("#older");
  let asked = 0;
  page.on("request", (request) => (asked += request.url().includes("before=") ? 1 : 0));
  const clickTwice = (button: HTMLElement): void => {
    button.click();
    button.click();
  };
  for (const shown of range(2, 10).map((n) => n * 100)) {
    await older.evaluate(clickTwice);
    await waitFor(`${shown} entries`, async () => (await items.count()) === shown);
  }
  assert.equal(asked, 9);
  const ids = await items.evaluateAll((all) => all.map((item) => item.dataset["id"]));
  assert.deepEqual(ids, range(251, 1_250).reverse().map(String));
  assert.equal(await older.isVisible(), false);
  await post(url, batch("b", "i", [1_251]));
  await items.first().filter({ hasText: "message 1251" }).waitFor();
  assert.deepEqual([await items.count(), await older.isVisible()], [1_000, false]);
  assert.deepEqual(problems, []);
});

test("an entry too large for a list is loaded when it is opened", async (t) => {
  const { page, problems } = await open(t, [[entry(1, { data: { long: "x".repeat(100_000) } })]]);
  await page.locator("#entries summary").click();
  await page.locator("#entries pre").waitFor();
  assert.ok(((await page.locator("#entries pre").textContent()) ?? "").length > 100_000);
  assert.deepEqual(problems, []);
});
