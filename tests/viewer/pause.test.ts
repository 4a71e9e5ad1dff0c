/** Nothing moves under the reader: pausing, scrolling down and choosing an entry hold new ones back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { batch, range } from "../collector/support.js";
import { waitFor } from "../support/wait.js";
import { countShown, lines, openViewer, press, storedIds, waitForIds } from "./support/viewer.js";

const pill = (page: Page) => page.locator(".pill");
const ids = async (page: Page): Promise<string> => (await lines(page)).map(({ id }) => id).join();

test("a paused list keeps its rows, counts what waits, and shows it when resumed", async (t) => {
  const { page, reader, send, problems } = await openViewer(t, [batch("a", "i", range(1, 100))]);
  await waitForIds(page, storedIds(reader));
  await press(page, "Space");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  const before = await ids(page);
  await send(batch("b", "i", range(101, 120)));
  await pill(page).filter({ hasText: "20 new" }).waitFor();
  await send(batch("c", "i", range(121, 150)));
  await pill(page).filter({ hasText: "50 new" }).waitFor();
  assert.equal(await ids(page), before, "the rows held still");
  assert.equal(await countShown(page), 100);
  await press(page, "Space");
  await waitForIds(page, storedIds(reader));
  assert.equal(await pill(page).isVisible(), false);
  assert.deepEqual(problems, []);
});

test("by mouse: pause, and the count of new entries as the way back", async (t) => {
  const { page, reader, send, problems } = await openViewer(t, [batch("a", "i", range(1, 20))]);
  await page.getByRole("button", { name: "Pause" }).click();
  // More than is kept in memory while the list is held.
  for (const part of range(0, 4)) await send(batch(`b${part}`, "i", range(21 + part * 300, 320 + part * 300)));
  await pill(page).filter({ hasText: "1,500 new" }).waitFor();
  assert.equal(await countShown(page), 20);
  await pill(page).click();
  await waitForIds(page, storedIds(reader));
  await page.getByRole("button", { name: "Pause" }).waitFor();
  const all = storedIds(reader);
  await page.locator(".list").evaluate((list) => (list.scrollTop = 1_200 * 28));
  await waitFor("what came while it was held", async () => {
    const shown = await lines(page);
    return shown.some(({ index }) => index === 1_200) && shown.every(({ index, id }) => all[index] === id);
  });
  assert.deepEqual(problems, []);
});

test("scrolled down or with an entry chosen, the list holds still; at the top it follows again", async (t) => {
  const { page, reader, send, problems } = await openViewer(t, [batch("a", "i", range(1, 200))]);
  await waitForIds(page, storedIds(reader));
  const list = page.locator(".list");
  await list.evaluate((element) => (element.scrollTop = 60 * 28));
  await waitFor("the lines further down", async () => (await lines(page))[0]?.index === 60);
  const before = await ids(page);
  await send(batch("b", "i", range(201, 210)));
  await pill(page).filter({ hasText: "10 new" }).waitFor();
  assert.equal(await ids(page), before);
  await list.evaluate((element) => (element.scrollTop = 0));
  await waitForIds(page, storedIds(reader));
  await press(page, "j", "j");
  await page.locator('.row[aria-selected="true"][aria-posinset="2"]').waitFor();
  await send(batch("c", "i", range(211, 215)));
  await pill(page).filter({ hasText: "5 new" }).waitFor();
  await press(page, "Escape");
  await waitForIds(page, storedIds(reader));
  await waitFor("nothing chosen", async () => (await page.locator('.row[aria-selected="true"]').count()) === 0);
  assert.deepEqual(problems, []);
});
