/** The open entry: all of it, by mouse and by keyboard, as the database has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { StoreReader } from "../../js/dev/src/server.js";
import { entry, range } from "../collector/support.js";
import { waitFor } from "../support/wait.js";
import { DECLINED, dataset } from "./support/dataset.js";
import { lines, newPage, openViewer, press, storedIds, visit, waitForIds } from "./support/viewer.js";

const panel = (page: Page) => page.locator("#panel");
const section = (page: Page, name: string) => panel(page).getByRole("region", { name, exact: true }).or(panel(page).locator(`section[aria-label="${name}"]`)).first();

/** Waits until the panel shows an entry. */
async function shows(page: Page, id: number): Promise<void> {
  await page.locator(`#panel[data-entry="${id}"]:not([hidden])`).waitFor();
}

const failed = (reader: StoreReader) => reader.entries().find(({ errorName }) => errorName === "PaymentError");

test("an error is opened by mouse: message, stack with its frames, causes, data, identity, raw JSON", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset());
  const stored = failed(reader);
  assert.ok(stored?.entry);
  await page.locator(".row", { hasText: "PaymentError" }).click();
  await shows(page, stored.id);
  assert.equal(await panel(page).locator("h2").textContent(), "Payment failed");
  const frames = section(page, "Error").locator(".frames").first().locator(".frame");
  assert.deepEqual(await frames.allTextContents(), [
    "authorise checkout/payment.ts:88:11", "async placeOrder checkout/order.ts:41:19", "async HTMLButtonElement.<anonymous> checkout/form.ts:17:5",
    "async runWithTracing deps/tracing.js:1204:12", "new Promise <anonymous>",
  ]);
  assert.deepEqual(await frames.evaluateAll((all) => all.map((frame) => frame.classList.contains("foreign"))), [false, false, false, true, true]);
  assert.deepEqual(await section(page, "Error").locator(".cause > .error-head").allTextContents(), ["caused by ProviderError: card_declined", "caused by HttpError: 402 Payment Required"]);
  const data = (await section(page, "Data").textContent()) ?? "";
  for (const part of ['code: "E_PAY"', "attempt: 2number", "order: 3 keys", 'id: "ord_8813"']) assert.ok(data.includes(part), `${part} in ${data}`);
  const facts = await panel(page).locator(".facts").evaluateAll((lists) =>
    lists.flatMap((list) => [...list.querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling?.textContent])),
  );
  const { instance, batchId, flowId } = stored;
  for (const fact of [["user", "user_ada"], ["session", "sess_7f3a"], ["tags", "checkoutpayments"], ["logger", instance], ["batch", batchId], ["sequence", String(stored.seq)], ["id", flowId], ["outcome", "failed"]]) {
    assert.ok(facts.some(([name, value]) => name === fact[0] && value === fact[1]), `${fact.join(" ")} in ${JSON.stringify(facts)}`);
  }
  await panel(page).getByText("Raw JSON").click();
  const raw = await panel(page).locator(".raw pre").textContent();
  assert.deepEqual(JSON.parse(raw ?? ""), stored.entry);
  assert.deepEqual(problems, []);
});

test("what stands in the batch's header only is shown for its entries", async (t) => {
  const header = { id: "b", instance: "i", resource: { source: "of-header", environment: "staging", version: "1.2.3" } };
  const { page, problems } = await openViewer(t, [{ batch: header, logs: [entry(1)] }], "#/live?entry=1");
  await shows(page, 1);
  const facts = section(page, "Where and who").locator("dt, dd");
  assert.deepEqual(await facts.allTextContents(), ["source", "of-header", "environment", "staging", "version", "1.2.3"]);
  assert.deepEqual(problems, []);
});

test("what a stack says before its frames is shown where the heading does not say it", async (t) => {
  const at = "    at read (http://127.0.0.1:5173/src/read.ts:4:2)";
  const { page, problems } = await openViewer(t, [[
    entry(1, { message: "one", level: "error", errorName: "TypeError", errorStack: `TypeError: x is undefined\n${at}` }),
    entry(2, { message: "two", level: "error", errorName: "ReadError", errorStack: `Error: it is closed\n${at}`, data: { message: "it is closed" } }),
  ]]);
  const shown = async (message: string): Promise<string[]> => {
    await page.locator(".row", { hasText: message }).click();
    await panel(page).locator("h2", { hasText: message }).waitFor();
    return section(page, "Error").locator(".frame").allTextContents();
  };
  assert.deepEqual(await shown("one"), ["TypeError: x is undefined", "read src/read.ts:4:2"]);
  assert.deepEqual(await shown("two"), ["read src/read.ts:4:2"]);
  assert.deepEqual(problems, []);
});

test("by keyboard: open, next, previous, close; focus comes back to the list", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset());
  const ids = storedIds(reader);
  await press(page, "j", "j", "Enter");
  await shows(page, ids[1] ?? 0);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "panel");
  await press(page, "j");
  await shows(page, ids[2] ?? 0);
  await press(page, "ArrowDown", "k", "ArrowUp");
  await shows(page, ids[1] ?? 0);
  assert.equal(new URL(page.url()).hash, `#/live?entry=${ids[1]}`);
  await page.locator(`.row[data-id="${ids[1]}"][aria-selected="true"]`).waitFor();
  await press(page, "Escape");
  await panel(page).waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "listbox");
  assert.equal(new URL(page.url()).hash, "#/live");
  // The back button as well closes it, and the keyboard goes on in the list.
  await press(page, "Enter");
  await shows(page, ids[1] ?? 0);
  await page.goBack();
  await panel(page).waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "listbox");
  assert.deepEqual(problems, []);
});

test("next and previous by mouse follow the filter; a value in the entry filters; the back button undoes it", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), "#/live?level=warn");
  const ids = storedIds(reader, "severity >= 13");
  await waitForIds(page, ids);
  await page.locator(".row").filter({ hasText: "Stock table" }).click();
  await shows(page, ids[1] ?? 0);
  await panel(page).getByRole("button", { name: "The entry below (j)" }).click();
  await shows(page, ids[2] ?? 0);
  await panel(page).getByRole("button", { name: "The entry above (k)" }).click();
  await shows(page, ids[1] ?? 0);
  await panel(page).getByRole("button", { name: "user_lin" }).click();
  await waitForIds(page, storedIds(reader, "severity >= 13 AND user_id = 'user_lin'"));
  assert.equal(await panel(page).isVisible(), false);
  await page.goBack();
  await shows(page, ids[1] ?? 0);
  await panel(page).getByRole("button", { name: "Close (Esc)" }).click();
  await panel(page).waitFor({ state: "hidden" });
  assert.deepEqual(problems, []);
});

test("an entry has an address of its own; one that is gone says so", async (t) => {
  const { page, reader, url } = await openViewer(t, dataset());
  const id = failed(reader)?.id ?? 0;
  await visit(page, url, `#/live?entry=${id}`);
  await shows(page, id);
  await page.reload();
  await shows(page, id);
  await section(page, "Flow").getByRole("link", { name: "checkout" }).click();
  await page.locator(".flow-view h1", { hasText: "checkout" }).waitFor();
  assert.equal(new URL(page.url()).hash, `#/flows/${DECLINED}?entry=${id}`);
  await visit(page, url, "#/live?entry=999999");
  await panel(page).getByText("This entry is not stored (any more).").waitFor();
});

test("copying gives the entry as it was sent, and the link to it", async (t) => {
  const { page, url, reader } = await openViewer(t, dataset().slice(0, 2), "", { permissions: ["clipboard-read", "clipboard-write"] });
  const [id] = storedIds(reader);
  await press(page, "j", "Enter");
  await shows(page, id ?? 0);
  await panel(page).getByRole("button", { name: "Copy JSON" }).click();
  await panel(page).getByRole("button", { name: "Copied" }).waitFor();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(JSON.parse(await copied()), reader.entries().at(-1)?.entry);
  await panel(page).getByRole("button", { name: "Copy link" }).click();
  await waitFor("the link", async () => (await copied()) === `${url}/#/live?entry=${id}`);
});

test("where the browser has no clipboard, copying says so", async (t) => {
  const { page, problems } = await openViewer(t, dataset().slice(0, 1), "#/live?entry=1");
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await panel(page).getByRole("button", { name: "Copy JSON" }).click();
  await panel(page).getByRole("button", { name: "Not allowed" }).waitFor();
  assert.deepEqual(problems, []);
});

test("a thousand keys, deep nesting and every kind of value are shown in pieces", async (t) => {
  const wide = Object.fromEntries(range(0, 999).map((index) => [`key ${index}`, index]));
  const deep = range(1, 100).reduce<unknown>((inside) => ({ inside }), "the end");
  const { page, problems } = await openViewer(t, [[entry(1, { data: { wide, deep, kinds: [null, true, 1.5, "", {}, []], ["__proto__"]: { polluted: 1 } } })]], "#/live?entry=1");
  const tree = section(page, "Data").locator(".tree");
  await tree.getByText("wide").click();
  const members = tree.locator("details", { hasText: "wide" }).first().locator(".member");
  await waitFor("a hundred keys", async () => (await members.count()) === 100);
  await tree.getByRole("button", { name: "Show 100 more of 900" }).focus();
  await press(page, "Enter");
  await waitFor("two hundred", async () => (await members.count()) === 200);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "key 100: 100number");
  assert.match((await tree.textContent()) ?? "", /kinds: 6 items.*null.*true.*boolean.*1\.5.*number.*""/);
  assert.match((await tree.textContent()) ?? "", /\{\} empty object.*\[\] empty list.*__proto__: 1 key.*polluted: 1/);
  assert.equal(await page.evaluate(() => "polluted" in {}), false);
  assert.deepEqual(problems, []);
});

test("at 400 pixels the entry is over all of it, and nothing is wider than the window", async (t) => {
  const long = "W".repeat(400);
  const hard = entry(99, { message: long, level: "error", errorName: long.slice(0, 200), source: long.slice(0, 100), flowId: long.slice(0, 50), tags: [long.slice(0, 50)], data: { [long]: long } });
  const { page, url } = await openViewer(t, [...dataset(), [hard]], "", { width: 400 });
  await page.locator(".row").first().click();
  await panel(page).locator("h2").waitFor();
  const box = await panel(page).boundingBox();
  assert.deepEqual([box?.x, box?.width], [0, 400]);
  for (const hash of ["#/live", "#/live?q=W", "#/flows", `#/flows/${long.slice(0, 50)}`, `#/flows/${DECLINED}`, "#/ledger"]) {
    await visit(page, url, hash);
    const widest = await page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll(".scroll, .live, .bar")].map(({ scrollWidth }) => scrollWidth)));
    assert.ok(widest <= 400, `${hash} is ${widest} pixels wide`);
  }
  const { page: other } = await newPage(t, { width: 400 });
  await visit(other, url, "#/live");
  assert.ok((await lines(other)).length >= 8);
});
