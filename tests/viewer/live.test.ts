/** The live view: what is stored and what arrives, as the database has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../support/wait.js";
import { batch, entry, range } from "../collector/support.js";
import { dataset } from "./support/dataset.js";
import { countShown, lines, openViewer, storedIds, visit, waitForIds } from "./support/viewer.js";

test("an empty collector says how to send the first log to this very address, and shows it when it comes", async (t) => {
  const { page, url, send, problems } = await openViewer(t);
  const snippets = page.locator(".snippet pre");
  assert.match((await snippets.nth(0).textContent()) ?? "", new RegExp(`endpoint: "${url}/v1/logs"`));
  assert.equal(await snippets.nth(1).textContent(), `curl ${url}/v1/logs -d '{"level":"info","message":"hello"}'`);
  await send('{"level":"info","message":"hello"}');
  await waitForIds(page, [1]);
  assert.deepEqual((await lines(page)).map(({ level, message }) => [level, message]), [["info", "hello"]]);
  assert.equal(await page.locator(".empty").isVisible(), false);
  assert.deepEqual(problems, []);
});

test("the list shows what the database holds, newest first", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset());
  const stored = reader.entries().reverse();
  const shown = await lines(page);
  assert.ok(shown.length > 15);
  for (const { index, id, level, message, text } of shown) {
    const row = stored[index];
    assert.deepEqual([id, level, message], [row?.id, row?.level, row?.message]);
    const time = new Date(row?.timestamp ?? 0).toISOString().slice(11, 23);
    for (const part of [time, row?.source ?? "", row?.errorName ?? "", ...(row?.tags ?? []).slice(0, 3)]) assert.ok(text.includes(part), `${part} in ${text}`);
    if (row?.flowId != null) assert.ok(text.includes(`${row.flowName} #${row.stepIndex}`), text);
  }
  assert.equal(await countShown(page), stored.length);
  await page.locator("#numbers", { hasText: `${stored.length} entries` }).waitFor();
  assert.deepEqual(problems, []);
});

test("what arrives appears at the top, each entry once, also after the tab was left and come back to", async (t) => {
  const { page, reader, send, url, problems } = await openViewer(t, [batch("a", "i", range(1, 5))]);
  for (const number of range(2, 6)) await send(batch(`b${number}`, "i", range((number - 1) * 5 + 1, number * 5)));
  await waitForIds(page, storedIds(reader));
  await visit(page, url, "#/flows");
  await send(batch("c", "i", range(31, 40)));
  await page.locator("#nav-live").click();
  await waitForIds(page, storedIds(reader));
  await send(batch("d", "i", range(41, 45)));
  await waitForIds(page, storedIds(reader));
  assert.deepEqual((await lines(page)).map(({ message }) => message).slice(0, 3), ["message 45", "message 44", "message 43"]);
  assert.deepEqual(problems, []);
});

test("more than the stream carries is in the list all the same", async (t) => {
  const { page, reader, send, problems } = await openViewer(t, [batch("a", "i", [1])]);
  const more = range(0, 9).map((part) => batch(`m${part}`, "i", range(part * 500 + 2, part * 500 + 501)));
  await Promise.all(more.map(send));
  await waitFor("all of them", async () => (await countShown(page)) === 5_001);
  const ids = storedIds(reader);
  const list = page.locator(".list");
  for (const at of [0, 900, 2_345, 4_990]) {
    await list.evaluate((element, top) => (element.scrollTop = top), at * 28);
    await waitFor(`the lines at ${at}`, async () => {
      const shown = await lines(page);
      return shown.some(({ index }) => index === at) && shown.every(({ index, id }) => id === ids[index]);
    });
  }
  assert.deepEqual(problems, []);
});

test("a line of another day tells the day; an entry of a clock that is ahead says that the clocks differ", async (t) => {
  const ahead = Date.now() + 3_600_000;
  const { page, problems } = await openViewer(t, [[entry(1, { timestamp: Date.UTC(2026, 0, 2, 3, 4, 5) }), entry(2, { timestamp: ahead })]]);
  await waitForIds(page, [2, 1]);
  assert.equal(await page.locator('.row[data-id="1"] time').getAttribute("title"), "2026-01-02 03:04:05.000");
  await page.locator('.row[data-id="2"]').click();
  await page.locator("#panel dd", { hasText: /\(.+ earlier: the clocks differ\)/ }).waitFor();
  assert.deepEqual(problems, []);
});

test("an entry too large for a list is shown in it, and whole when it is opened", async (t) => {
  const { page, problems } = await openViewer(t, [[entry(1, { data: { long: "x".repeat(100_000) } })]]);
  await page.locator(".row").first().click();
  await page.locator(".panel .tree").waitFor();
  assert.match((await page.locator(".panel .tree").textContent()) ?? "", /100,002? characters|100,000 characters/);
  await page.locator(".panel .tree button").click();
  await waitFor("the whole text", async () => ((await page.locator(".panel .tree .string").textContent()) ?? "").length === 100_002);
  assert.deepEqual(problems, []);
});
