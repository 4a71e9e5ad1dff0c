/**
 * How long import and `createLogger` hold a page: the longest task of the page's own thread until the logger is there, by processor
 * time, in a page that has just been opened. The floor is a module that only listens for the end of the page, as every logger must.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { closeChromium, launchChromium } from "../support/browser.js";
import { FaultServer } from "../support/server.js";

let browser: Browser;
let server: FaultServer;
before(async () => {
  server = await FaultServer.start();
  browser = await launchChromium();
});
after(async () => {
  await closeChromium(browser);
  await server.close();
});

interface Traced {
  readonly name: string;
  readonly cat: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

const BEGIN = "sapwood begins";
const END = "sapwood is there";
const FLOOR = `export const createLogger = () => {
  for (const type of ["pagehide", "visibilitychange"]) addEventListener(type, () => {}, { capture: true });
  return { info() {} };
};`;

/** The longest task of the page's thread from before the import until the logger is there, in ms of processor time. */
async function longestTask(file: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/floor.js", (route) => route.fulfill({ contentType: "text/javascript", body: FLOOR }));
  await page.goto(`${server.url}/blank`);
  const cdp = await browser.newBrowserCDPSession();
  const events: Traced[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => void events.push(...(value as unknown as Traced[])));
  await cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] } });
  // The page's own script: what the driver's commands need is done before it begins and after it ends.
  const script = `setTimeout(async () => {
    performance.mark("${BEGIN}");
    const { createLogger } = await import("${file}");
    window.log = createLogger({ source: "start", endpoint: "/v1/logs" });
    performance.mark("${END}");
    setTimeout(() => console.log("there"), 50);
  }, 50)`;
  const there = page.waitForEvent("console");
  await page.evaluate(script);
  await there;
  const complete = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
  await cdp.send("Tracing.end");
  await complete;
  await cdp.detach();
  await context.close();
  const [begin, end] = [BEGIN, END].map((name) => events.find((event) => event.name === name));
  assert.ok(begin && end);
  const tasks = events.filter(({ pid, tid, ts, dur, tdur }) => tdur !== undefined && pid === begin.pid && tid === begin.tid && ts + (dur ?? 0) >= begin.ts && ts <= end.ts);
  assert.ok(tasks.length > 1, `${tasks.length} tasks were seen`);
  return Math.max(...tasks.map(({ tdur }) => tdur! / 1000));
}

const PAGES = 7;
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

test("no task of import and createLogger holds the page a millisecond longer than the least that every logger does", async (t) => {
  const [floor, ours]: [number[], number[]] = [[], []];
  for (let n = 0; n < PAGES; n++) {
    floor.push(await longestTask("/floor.js"));
    ours.push(await longestTask("/sapwood.js"));
  }
  t.diagnostic(`the longest task: ${median(ours).toFixed(2)} ms (${ours.map((ms) => ms.toFixed(2)).join(" ")}); the floor ${median(floor).toFixed(2)} ms (${floor.map((ms) => ms.toFixed(2)).join(" ")})`);
  assert.ok(median(ours) - median(floor) < 1, `${median(ours)} ms, against ${median(floor)}`);
});
