/**
 * The journal's store by itself, without a core: the operations that a core asks for seldom, in real pages. Everything else about it
 * is tested with the core, in `persist.test.ts` and `journal.test.ts`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import type { journal, Operate } from "../../js/src/store.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";

interface Bare {
  store: { journal: typeof journal };
  operate: Operate;
}
/** What the core asks for, by number. */
const [LOOK, RESIGN] = [3, 6];
const NAME = "https://logs.example.com/v1/logs";
const LEAD = `sapwood ${NAME}`;

let fixture: Fixture;
let script = "";
before(async () => {
  fixture = await startFixture();
  const entry = join(root, "js/src/store.ts");
  const built = await build({ entryPoints: [entry], bundle: true, write: false, format: "iife", globalName: "store" });
  script = built.outputFiles[0]!.text;
});
after(() => fixture.stop());

/** A page with a store that is open. */
async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${fixture.server.url}/blank`);
  await page.addScriptTag({ content: script });
  await page.evaluate((name) => {
    const bare = window as unknown as Bare;
    return new Promise((resolve) => {
      // 0: it is open.
      bare.operate = bare.store.journal(`sapwood ${name}`, name, { method: "POST" }, (what) => what === 0 && resolve(what));
    });
  }, NAME);
  return page;
}

const operate = (page: Page, operation: number) =>
  page.evaluate((operation) => (window as unknown as Bare).operate(operation, new Uint8Array()), operation);

/** How many pages hold the lead, and how many wait for it. */
const leads = (page: Page) =>
  page.evaluate(async (name) => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return [held, pending].map((locks) => locks.filter((lock) => lock.name === name).length).join();
  }, LEAD);

test("who gives the lead up leaves it to another page, and takes it again when it is to look", async () => {
  const context = await (await fixture.browser()).newContext();
  const [one, two] = [await open(context), await open(context)];
  assert.equal(await leads(one), "0,0");
  await operate(one, LOOK);
  await waitFor("the lead", async () => (await leads(one)) === "1,0");
  await operate(two, LOOK);
  await waitFor("one more who would", async () => (await leads(one)) === "1,1");
  await operate(one, RESIGN);
  await waitFor("the other in its place", async () => (await leads(one)) === "1,0");
  await operate(one, LOOK);
  await waitFor("one more who would again", async () => (await leads(one)) === "1,1");
  await operate(one, RESIGN);
  await waitFor("nobody who waits", async () => (await leads(one)) === "1,0");
  await operate(two, RESIGN);
  await waitFor("nobody", async () => (await leads(one)) === "0,0");
  await operate(one, LOOK);
  await waitFor("the lead again", async () => (await leads(one)) === "1,0");
  await context.close();
});
