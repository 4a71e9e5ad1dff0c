/** A hundred thousand entries: any position is right, the document stays small, and pages that are far away are let go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { range } from "../collector/support.js";
import { waitFor } from "../support/wait.js";
import { countShown, lines, openViewer, press } from "./support/viewer.js";

const TOTAL = 100_000;
const ROW_PX = 28;

/** Ten bodies of ten thousand entries; each tenth is a warning. */
function bodies(): string[] {
  return range(0, 9).map((part) => {
    const logs = range(1, 10_000).map((number) => {
      const seq = part * 10_000 + number;
      return `{"seq":${seq},"timestamp":${1_795_000_000_000 + seq},"level":"${seq % 10 === 0 ? "warn" : "info"}","message":"entry ${seq}"}`;
    });
    return `{"batch":{"id":"b${part}","instance":"many"},"logs":[${logs.join()}]}`;
  });
}

async function jump(page: Page, index: number): Promise<void> {
  await page.locator(".list").evaluate((list, top) => (list.scrollTop = top), index * ROW_PX);
}

const elements = (page: Page): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);

test("a hundred thousand entries: jumping anywhere shows the right rows in a bounded document", async (t) => {
  const { page, problems } = await openViewer(t, bodies());
  await waitFor("all of them", async () => (await countShown(page)) === TOTAL);
  const before = await elements(page);
  for (const index of [0, 50_000, 99_960, 123, 77_777, 10_001, 31_400, 62_800, 93_000, 5]) {
    await jump(page, index);
    await waitFor(`the rows at ${index}`, async () => {
      const shown = await lines(page);
      // Index 0 is the newest, whose number is the total.
      return shown.some((line) => line.index === index) && shown.every((line) => line.message === `entry ${TOTAL - line.index}`);
    });
    assert.ok((await elements(page)) <= before + 5, "as many elements as before");
  }
  await jump(page, TOTAL);
  await waitFor("the oldest", async () => (await lines(page)).at(-1)?.message === "entry 1");
  await page.locator(".list").focus();
  await press(page, "Home");
  await waitFor("the newest", async () => (await lines(page))[0]?.message === `entry ${TOTAL}`);
  await press(page, "PageDown");
  await waitFor("a page further", async () => ((await lines(page))[0]?.index ?? 0) > 10);
  assert.deepEqual(problems, []);
});

test("filtered, older pages come as one scrolls, each entry once and in order", async (t) => {
  const { page, problems } = await openViewer(t, bodies().slice(0, 2), "#/live?level=warn");
  const total = 2_000;
  const seen = new Map<number, string>();
  for (let index = 0; index < total; index += 20) {
    await jump(page, index);
    const shown = await waitFor(`the rows at ${index}`, async () => {
      const found = await lines(page);
      return found.some((line) => line.index === index) ? found : undefined;
    });
    for (const line of shown) seen.set(line.index, line.message);
  }
  assert.deepEqual([...seen].sort(([a], [b]) => a - b), range(0, total - 1).map((index) => [index, `entry ${20_000 - index * 10}`]));
  assert.equal(await countShown(page), total);
  assert.deepEqual(problems, []);
});

test("the address of an entry far down shows it among those around it; from there one steps over the border of what is loaded", async (t) => {
  const { page, problems } = await openViewer(t, bodies().slice(0, 2), "#/live?entry=5000");
  const chosen = page.locator('.row[aria-selected="true"]');
  await chosen.filter({ hasText: "entry 5000" }).waitFor();
  await page.locator("#panel[data-entry='5000']").waitFor();
  // Faster than what is further down can come.
  await press(page, ...range(1, 60).map(() => "j"));
  await page.locator("#panel[data-entry='4940']").waitFor();
  await chosen.filter({ hasText: "entry 4940" }).waitFor();
  assert.deepEqual(problems, []);
});
