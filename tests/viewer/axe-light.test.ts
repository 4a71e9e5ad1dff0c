/** axe finds nothing serious in any view, in light, wide and narrow, empty and full; and it does find what there is to find. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkViews, findings } from "./support/axe.js";
import { newPage, serve, visit } from "./support/viewer.js";

for (const width of [1600, 400]) test(`axe: light, ${width} pixels`, (t) => checkViews(t, "light", width));

test("axe: what it is asked to find, it finds", async (t) => {
  const { page } = await newPage(t);
  const { url } = await serve(t);
  await visit(page, url);
  await page.evaluate(() => {
    const made = document.createElement("input");
    document.body.append(made);
  });
  assert.match((await findings(page)).join(), /label/);
});
