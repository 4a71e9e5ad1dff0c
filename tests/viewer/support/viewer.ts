/**
 * The viewer in a real browser, served by the built program, and beside it a reader of the program's database: what is shown
 * is compared with what is stored.
 * Everything opened here ends with the test that opened it; the browser lives as long as the test file.
 */
import assert from "node:assert/strict";
import { after, before, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openReader, type StoreReader } from "../../../js/dev/src/server.js";
import { addressOf, post, program, temporaryFile, type Program } from "../../collector/support.js";
import { closeChromium, launchChromium } from "../../support/browser.js";
import { waitFor } from "../../support/wait.js";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => closeChromium(browser));

/** The browser of this test file. */
export function theBrowser(): Browser {
  return browser;
}

/** A running collector with its file. */
export interface Served {
  readonly url: string;
  readonly file: string;
  readonly program: Program;
  readonly reader: StoreReader;
  /** Stores a body; it must be taken. */
  send(body: unknown): Promise<void>;
}

/** The viewer, open. */
export interface Viewer extends Served {
  readonly page: Page;
  /** What must not happen: errors, messages on the console, dialogs, requests elsewhere. */
  readonly problems: string[];
}

/** Starts a collector that has stored some bodies; on a file of its own, unless one is given. */
export async function serve(t: TestContext, bodies: readonly unknown[] = [], file = temporaryFile(t), flags: readonly string[] = []): Promise<Served> {
  const started = program(t, "--port", "0", "--db", file, "--quiet", ...flags);
  const url = await addressOf(started);
  const send = async (body: unknown): Promise<void> => {
    const answer = await post(url, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 300));
  };
  for (const body of bodies) await send(body);
  const reader = openReader(file);
  t.after(() => reader.close());
  return { url, file, program: started, reader, send };
}

export interface PageOptions extends BrowserContextOptions {
  readonly width?: number;
  readonly height?: number;
}

/** A page in a context of its own: what it remembers is not another test's. */
export async function newPage(t: TestContext, { width = 1400, height = 800, ...more }: PageOptions = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width, height }, timezoneId: "UTC", locale: "en-US", ...more });
  t.after(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => problems.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, problems };
}

/** Opens the viewer at an address of its own (`#/…`). */
export async function openViewer(t: TestContext, bodies: readonly unknown[] = [], hash = "", options: PageOptions = {}): Promise<Viewer> {
  const served = await serve(t, bodies);
  const { page, problems } = await newPage(t, options);
  page.on("request", (request) => {
    if (!request.url().startsWith(`${served.url}/`)) problems.push(`request: ${request.url()}`);
  });
  await visit(page, served.url, hash);
  return { ...served, page, problems };
}

/** Goes to an address of the viewer as one who opens a link, and waits until it follows the collector. */
export async function visit(page: Page, url: string, hash = ""): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${url}/${hash}`);
  await page.locator("#status", { hasText: /^Live$/ }).waitFor();
}

/** A line of the list as it is shown. */
export interface Line {
  readonly index: number;
  readonly id: number;
  readonly level: string;
  readonly message: string;
  readonly text: string;
}

/** The lines that are in sight, top to bottom; only once they fill the window and all of them are loaded. */
export async function lines(page: Page): Promise<Line[]> {
  return waitFor("the lines in sight", () =>
    page.locator(".list").evaluate((list) => {
      const { top, bottom } = list.getBoundingClientRect();
      const seen = [...list.querySelectorAll<HTMLElement>(".row:not([hidden])")].filter((row) => {
        const box = row.getBoundingClientRect();
        return box.bottom > top + 1 && box.top < bottom - 1;
      });
      if (seen.some((row) => row.classList.contains("loading"))) return undefined;
      // Before the list is drawn again after scrolling, a part of it is empty.
      const boxes = seen.map((row) => row.getBoundingClientRect());
      const end = seen.some((row) => row.getAttribute("aria-posinset") === row.getAttribute("aria-setsize"));
      const filled = Math.min(...boxes.map((box) => box.top)) <= top + 1 && (end || Math.max(...boxes.map((box) => box.bottom)) >= bottom - 1);
      if (seen.length > 0 && !filled) return undefined;
      const of = (row: HTMLElement, selector: string): string => row.querySelector(selector)?.textContent ?? "";
      const found = seen.map((row) => ({
        index: Number(row.getAttribute("aria-posinset")) - 1,
        id: Number(row.dataset["id"]),
        level: of(row, ".level"),
        message: of(row, ".message"),
        text: row.textContent ?? "",
      }));
      return found.sort((a, b) => a.index - b.index);
    }),
  );
}

/** Waits until the list shows exactly these ids from its top, as far as they are in sight. */
export async function waitForIds(page: Page, ids: readonly number[]): Promise<void> {
  const wanted = ids.slice(0, 12).join();
  await waitFor(`the ids ${wanted}`, async () => (await countShown(page)) === ids.length && (await topIds(page)) === wanted);
}

async function topIds(page: Page): Promise<string> {
  return (await lines(page)).slice(0, 12).map(({ id }) => id).join();
}

/** How many entries the list says it has. */
export async function countShown(page: Page): Promise<number> {
  const text = (await page.locator(".live .count").textContent()) ?? "";
  return Number(/([\d,]+) entr/.exec(text)?.[1]?.replaceAll(",", "") ?? -1);
}

/** The ids that a condition selects from the database, newest first. */
export function storedIds(reader: StoreReader, where = "1", parameters: readonly (string | number)[] = []): number[] {
  return reader.all<{ id: number }>(`SELECT id FROM entries WHERE ${where} ORDER BY id DESC`, parameters).map(({ id }) => id);
}

/** Presses keys one after the other. */
export async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
