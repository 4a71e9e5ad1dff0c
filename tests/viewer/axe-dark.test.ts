/** axe finds nothing serious in any view, in dark, wide and narrow, empty and full. That it finds at all is tested in light. */
import { test } from "node:test";
import { checkViews } from "./support/axe.js";

for (const width of [1600, 400]) test(`axe: dark, ${width} pixels`, (t) => checkViews(t, "dark", width));
