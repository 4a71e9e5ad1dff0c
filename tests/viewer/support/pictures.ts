/**
 * Making a picture of each view, from the fixed data set, the same on every run of one machine; they are left in target/pictures.
 * With SAPWOOD_PICTURES=docs the two of the README are written to docs/images as well.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Page } from "playwright-core";
import { Database } from "../../../js/dev/src/store/database.js";
import { temporaryFile } from "../../collector/support.js";
import { root } from "../../support/paths.js";
import { waitFor } from "../../support/wait.js";
import { CHECKOUT, dataset, DECLINED, LOOKED_AT } from "./dataset.js";
import { newPage, serve, visit } from "./viewer.js";

const FOLDER = join(root, "target/pictures");

/** Chromium does not draw the edge of a round corner the same each time; a letter has more pixels than this. */
const PIXELS_MAX = 60;

/** Those of the README, which are named after their view. */
const README = new Set(["live-light-1280", "flow-light-1280"]);

/** A collector with the data set, as if all of it had arrived when it was logged. */
async function collectorOfThatDay(t: TestContext): Promise<{ url: string; error: number }> {
  const file = temporaryFile(t);
  const first = await serve(t, dataset(), file, ["--max-age", "0"]);
  const error = first.reader.entries().find(({ errorName }) => errorName === "PaymentError")?.id ?? 0;
  first.reader.close();
  first.program.child.kill("SIGTERM");
  await first.program.ended;
  const db = new Database(file, "write");
  db.exec("UPDATE entries SET received_at = timestamp + 35; UPDATE batches SET received_at = sent_at");
  db.exec("UPDATE instances SET (first_seen, last_seen) = (SELECT min(received_at), max(received_at) FROM batches WHERE batches.instance = instances.instance)");
  db.close();
  const { url } = await serve(t, [], file, ["--max-age", "0"]);
  return { url, error };
}

/** The picture, once what is on it stands still: two in a row are the same. */
async function picture(page: Page): Promise<Buffer> {
  let last: Buffer = Buffer.alloc(0);
  return waitFor("a picture that stands still", async () => {
    const taken = await page.screenshot({ caret: "hide" });
    const same = taken.equals(last);
    last = taken;
    return same ? taken : undefined;
  });
}

/** How many pixels of two pictures of one size differ. The browser that took them reads them. */
async function difference(page: Page, one: Buffer, other: Buffer): Promise<number> {
  const blank = await page.context().newPage();
  const pixels = await blank.evaluate(async (pictures) => {
    const [a, b] = await Promise.all(
      pictures.map(async (picture) => {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
        context?.drawImage(image, 0, 0);
        return context?.getImageData(0, 0, image.width, image.height).data;
      }),
    );
    if (!a || a.length !== b?.length) return Infinity;
    let count = 0;
    for (let at = 0; at < a.length; at += 4) if (a[at] !== b[at] || a[at + 1] !== b[at + 1] || a[at + 2] !== b[at + 2]) count += 1;
    return count;
  }, [one.toString("base64"), other.toString("base64")]);
  await blank.close();
  return pixels;
}

/** Makes the pictures of one theme in these widths; one that is made again, in a new page, must be the same. */
export async function makePictures(t: TestContext, colorScheme: "light" | "dark", sizes: readonly (readonly [width: number, again?: boolean])[]): Promise<void> {
  const { url, error } = await collectorOfThatDay(t);
  const views: readonly (readonly [name: string, hash: string, ready: string])[] = [
    ["live", `#/live?entry=${error}`, "#panel[data-entry] .frames"],
    ["list", "#/live", ".row:visible"],
    ["filtered", "#/live?level=warn&source=web-shop", ".row:visible"],
    ["flows", "#/flows", ".flow-table tbody tr"],
    ["flow", `#/flows/${CHECKOUT}`, ".step"],
    ["failed", `#/flows/${DECLINED}?entry=${error}`, "#panel[data-entry] .frames"],
    ["ledger", "#/ledger", ".card"],
  ];
  mkdirSync(FOLDER, { recursive: true });
  const taken = new Map<string, Buffer>();
  for (const [width, again] of sizes) {
    const { page, problems } = await newPage(t, { width, height: width === 1600 ? 900 : 760, colorScheme });
    await page.clock.setFixedTime(LOOKED_AT);
    for (const [name, hash, ready] of views) {
      await visit(page, url, hash);
      await page.locator(ready).first().waitFor();
      await page.locator("#loss", { hasText: "5 lost" }).waitFor();
      await page.locator("#numbers", { hasText: "73 entries" }).waitFor({ state: "attached" });
      if (await page.locator(".facets").isVisible()) await page.locator(".facets .facet").first().waitFor();
      const png = await picture(page);
      const file = `${name}-${colorScheme}-${width}`;
      writeFileSync(join(FOLDER, `${file}${again ? "-again" : ""}.png`), png);
      if (again) assert.ok((await difference(page, taken.get(file) ?? png, png)) <= PIXELS_MAX, `${file} is the same again`);
      else taken.set(file, png);
      if (README.has(file) && process.env["SAPWOOD_PICTURES"] === "docs") writeFileSync(join(root, `docs/images/${name}.png`), png);
    }
    assert.deepEqual(problems, []);
    await page.context().close();
  }
  const pictures = new Set([...taken.values()].map((png) => png.toString("base64")));
  assert.equal(pictures.size, views.length * sizes.filter(([, again]) => !again).length, "no two are alike");
}
