/**
 * What a test file of this suite needs: the tarball, a real collector, a real Chromium; and the one judge of all projects.
 *
 * Owns: their start and end; what a delivered flow is. Invariant: what goes wrong in a page fails the judge at once and is told.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before } from "node:test";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import type { LoggerOptions } from "../../../js/src/types.js";
import { pack, type Packed } from "../../package/packed.js";
import { closeChromium, launchChromium } from "../../support/browser.js";
import { type Collector, startTestCollector } from "../../support/collector.js";
import type { Entry } from "../../support/protocol.js";
import { waitFor } from "../../support/wait.js";

/** A script that a page has loaded. */
export interface Script {
  readonly url: string;
  readonly code: string;
}

/** How the flow must end, as the application sees it. */
const DELIVERED = { delivered: 2, pending: 0, dropped: 0, lastStatus: 200 };
/** The longest that a page may take; the dev servers bundle only now. */
const PAGE_MS_MAX = 30_000;
/** The longest that a process may take. */
const PROCESS_MS_MAX = 30_000;

/** Options by which the logger loads another core on demand. */
export type Options = Pick<LoggerOptions, "core" | "offline">;

export interface Stage {
  readonly packed: Packed;
  /** Opens the page at `url` and judges what it delivers; gives the scripts that it loaded for that. */
  pageDelivers(url: string, options?: Options): Promise<readonly Script[]>;
  /** Asks the server at `url` to deliver, and judges that. */
  serverDelivers(url: string): Promise<void>;
  /** Runs a program with what it is told behind its arguments, and judges what it delivers. */
  processDelivers(program: string, ...args: readonly string[]): Promise<void>;
}

/** Sets the stage of a test file; called at its top. */
export function stage(): Stage {
  const packed = pack();
  let collector: Collector;
  let chromium: Promise<Browser> | undefined;
  let sources = 0;
  before(async () => {
    collector = await startTestCollector();
  });
  after(async () => {
    if (chromium) await closeChromium(await chromium);
    await collector.close();
  });
  /** What the application is told, and the check of what then came. */
  const told = (options: Options = {}) => {
    const given = { source: `packaging-${(sources += 1)}`, endpoint: collector.endpoint };
    const query = new URLSearchParams({ ...given, ...options }).toString();
    const check = (outcome: unknown): void => judge(outcome, options.core ?? "wasm", collector.entries(given.source));
    return { ...given, query, check };
  };
  return {
    packed,
    async pageDelivers(url, options = {}) {
      const { query, check } = told(options);
      const context = await (await (chromium ??= launchChromium())).newContext();
      try {
        const { outcome, scripts } = await visit(await context.newPage(), `${url}?${query}`);
        check(outcome);
        return scripts;
      } finally {
        await context.close();
      }
    },
    async serverDelivers(url) {
      const { query, check } = told();
      const response = await fetch(`${url}?${query}`);
      const text = await response.text();
      assert.equal(response.status, 200, text);
      check(JSON.parse(text));
    },
    async processDelivers(program, ...args) {
      const { source, endpoint, check } = told();
      const { stdout } = await promisify(execFile)(program, [...args, source, endpoint], { timeout: PROCESS_MS_MAX });
      check(JSON.parse(stdout));
    },
  };
}

function judge(outcome: unknown, core: string, [step, end, ...more]: readonly Entry[]): void {
  assert.deepEqual(outcome, { ...DELIVERED, core });
  assert.deepEqual([step?.message, step?.data, step?.stepIndex], ["Cart validated", { items: 3 }, 0]);
  assert.deepEqual([end?.level, end?.errorName, end?.stepIndex, more.length], ["error", "TypeError", 1, 0]);
  assert.match(String(step?.flowId), /^checkout-[a-z0-9]{8}$/);
  assert.equal(end?.flowId, step?.flowId);
}

/** Loads a page until it shows its outcome, or something has gone wrong in it. */
async function visit(page: Page, address: string): Promise<{ outcome: unknown; scripts: Script[] }> {
  const problems: string[] = [];
  const scripts: Promise<Script>[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
    else if (response.request().resourceType() === "script") scripts.push(response.text().then((code) => ({ url: response.url(), code })));
  });
  // Asked for by the browser, and no part of the project.
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  await page.goto(address);
  const outcome = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset["outcome"]);
  const shown = await waitFor("the page's outcome", async () => problems.length > 0 || outcome(), PAGE_MS_MAX);
  if (problems.length > 0) throw new Error(`the page failed: ${problems.join("; ")}`);
  return { outcome: JSON.parse(String(shown)), scripts: await Promise.all(scripts) };
}
