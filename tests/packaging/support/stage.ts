/**
 * What a test file of this suite needs: the tarball, a real collector, a real Chromium; and the one judge of all projects.
 *
 * Owns: their start and end; what a delivered flow is. Invariant: what goes wrong in a page fails the judge at once and is told.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
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

/** How the flow ended, as the application saw it. */
interface Outcome {
  readonly delivered: number;
  readonly pending: number;
  readonly dropped: number;
  readonly lastStatus: number;
  readonly core: string;
}
const DELIVERED: Outcome = { delivered: 2, pending: 0, dropped: 0, lastStatus: 200, core: "wasm" };

/** Options by which the logger loads another core on demand. */
export type Options = Pick<LoggerOptions, "core" | "offline">;

export interface Stage {
  readonly packed: Packed;
  /** Opens the page at `url` and judges what it delivers; gives the scripts that it loaded for that. */
  pageDelivers(url: string, options?: Options): Promise<readonly Script[]>;
  /** Asks the server at `url` to deliver, and judges that. */
  serverDelivers(url: string): Promise<void>;
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
  /** The address with what the application is told, and the check of what then came. */
  const told = (url: string, options: Options = {}): { address: string; judge: (outcome: unknown, core?: string) => void } => {
    const source = `packaging-${(sources += 1)}`;
    const address = `${url}?${new URLSearchParams({ source, endpoint: collector.endpoint, ...options }).toString()}`;
    return { address, judge: (outcome, core = "wasm") => judge(outcome, { ...DELIVERED, core }, collector.entries(source)) };
  };
  return {
    packed,
    async pageDelivers(url, options = {}) {
      const { address, judge } = told(url, options);
      const context = await (await (chromium ??= launchChromium())).newContext();
      try {
        const { outcome, scripts } = await visit(await context.newPage(), address);
        judge(outcome, options.core);
        return scripts;
      } finally {
        await context.close();
      }
    },
    async serverDelivers(url) {
      const { address, judge } = told(url);
      const response = await fetch(address);
      const text = await response.text();
      assert.equal(response.status, 200, text);
      judge(JSON.parse(text));
    },
  };
}

function judge(outcome: unknown, expected: Outcome, [step, end, ...more]: readonly Entry[]): void {
  assert.deepEqual(outcome, expected);
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
  const shown = await waitFor("the page's outcome", async () => {
    return problems.length > 0 || page.evaluate(() => document.documentElement.dataset["outcome"]);
  });
  if (problems.length > 0) throw new Error(`the page failed: ${problems.join("; ")}`);
  return { outcome: JSON.parse(String(shown)), scripts: await Promise.all(scripts) };
}
