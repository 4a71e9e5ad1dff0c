/** The collector goes and comes back: the page says so, and goes on without missing or repeating anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, batch, entry, program, range, temporaryFile } from "../collector/support.js";
import { openTab } from "../support/tabs.js";
import { waitFor } from "../support/wait.js";
import { dataset } from "./support/dataset.js";
import { lines, openViewer, serve, storedIds, theBrowser, visit, waitForIds } from "./support/viewer.js";

test("it says when the collector is gone, and goes on with it when it is back", async (t) => {
  const { page, url, file, program: first, send, reader } = await openViewer(t, [batch("a", "i", range(1, 5))]);
  await waitForIds(page, storedIds(reader));
  first.child.kill("SIGKILL");
  await first.ended;
  await page.locator("#status.failing", { hasText: "does not answer" }).waitFor();
  await addressOf(program(t, "--port", new URL(url).port, "--db", file, "--quiet"));
  await send(batch("b", "i", range(6, 9)));
  await page.locator("#status", { hasText: /^Live$/ }).waitFor();
  await waitForIds(page, storedIds(reader));
});

test("it begins anew where the collector comes back with another database", async (t) => {
  const { page, url, program: first, send } = await openViewer(t, [batch("a", "i", range(1, 50))]);
  await waitForIds(page, range(1, 50).reverse());
  first.child.kill("SIGKILL");
  await first.ended;
  await page.locator("#status.failing").waitFor();
  await addressOf(program(t, "--port", new URL(url).port, "--db", temporaryFile(t), "--quiet"));
  await send([entry(1, { message: "a new beginning" })]);
  await waitForIds(page, [1]);
  assert.deepEqual((await lines(page)).map(({ message }) => message), ["a new beginning"]);
});

test("a page opened before its collector waits for it in every view", async (t) => {
  const { page, url, file, program: first, reader } = await openViewer(t, [batch("a", "i", range(1, 5), { accepted: 5 })], "#/ledger");
  await page.locator(".card").waitFor();
  first.child.kill("SIGKILL");
  await first.ended;
  await page.locator("#nav-flows").click();
  await page.locator("#status.failing").waitFor();
  await page.locator("#nav-live").click();
  await addressOf(program(t, "--port", new URL(url).port, "--db", file, "--quiet"));
  await waitForIds(page, storedIds(reader));
  await page.locator("#status", { hasText: /^Live$/ }).waitFor();
});

test("a question that failed is asked again, and one that was refused is forgotten with the next answer, though the stream went on", async (t) => {
  const { page, url } = await openViewer(t, dataset(), "#/ledger");
  await page.locator(".card").first().waitFor();
  let failed = 0;
  await page.route("**/api/flows?*", async (route) => {
    failed += 1;
    await route.abort();
  }, { times: 2 });
  await page.locator("#nav-flows").click();
  await page.locator("#status.failing", { hasText: "does not answer" }).waitFor();
  await page.locator(".flow-table tbody tr").first().waitFor();
  await page.locator("#status", { hasText: /^Live$/ }).waitFor();
  assert.equal(failed, 2);
  await visit(page, url, "#/flows");
  await page.evaluate(() => (location.hash = "#/flows?status=none"));
  await page.locator("#status.failing", { hasText: "status is one of" }).waitFor();
  await page.getByRole("button", { name: "Failed" }).click();
  await page.locator("#status", { hasText: /^Live$/ }).waitFor();
});

test("a hidden tab holds no connection, and catches up when it is shown", async (t) => {
  const { url, send } = await serve(t, [batch("a", "i", range(1, 5))]);
  const tab = await openTab(theBrowser(), `${url}/`);
  t.after(() => tab.close());
  const counted = () => tab.evaluate(() => document.querySelector(".count")?.textContent ?? "");
  await waitFor("five entries", async () => (await counted()) === "5 entries");
  // A stream is listed among the page's requests when it has ended.
  const ended = () => tab.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/stream")).length);
  await waitFor("the stream", () => tab.evaluate(() => document.querySelector("#status")?.textContent === "Live"));
  assert.equal(await ended(), 0);
  await tab.hide();
  await waitFor("the end of the stream", async () => (await ended()) === 1);
  await send(batch("b", "i", range(6, 12)));
  assert.equal(await counted(), "5 entries");
  await tab.show();
  await waitFor("all entries", async () => (await counted()) === "12 entries");
});
