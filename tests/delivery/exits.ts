/**
 * A page that logs and is left: the ways to leave, and the account of what arrived. Owns the test's own mark on each entry, its
 * `data.index`, by which entries are told apart whatever ids they carry.
 */
import assert from "node:assert/strict";
import type { Stats } from "../../js/src/types.js";
import { type BrowserName, launch, openApp, type RealBrowser, type RealPage } from "../support/browsers.js";
import type { PlainOptions } from "../support/page.js";
import type { FaultServer } from "../support/server.js";
import type { Ledger } from "../support/ledger.js";
import { assertCloses, dropped } from "../support/stats.js";
import { waitFor } from "../support/wait.js";
import { type Figure, record, type Run, RUNS } from "./figures.js";

/** The ways to leave a page whose browser lives on. Each resolves when the page is gone. */
export const LEAVE: Record<string, (page: RealPage, origin: string) => Promise<void>> = {
  close: (page) => page.close(),
  navigation: (page, origin) => page.goto(`${origin}/blank`),
  reload: (page) => page.reload(),
};

/** Neither count, bytes nor age is reached: everything waits for the exit. */
export const NOT_DUE: Partial<PlainOptions> = { batchSize: 1000, batchBytes: 1_048_576, flushInterval: 60_000 };

/** What a page logs and how. */
export interface Load {
  entries: number;
  /** Length of a string that each entry carries. */
  bytes: number;
  options?: Partial<PlainOptions>;
}

let sources = 0;
/** A name that no other run of this file uses. */
export const newSource = (): string => `run-${(sources += 1)}`;

/** Opens a page whose core runs, with entries that wait; resolves with what the logger says it took. */
export async function openWaiting(browser: RealBrowser, origin: string, source: string, load: Load) {
  const page = await openApp(browser, `${origin}/page`);
  const options: PlainOptions = { source, environment: "test", endpoint: "/v1/logs", ...NOT_DUE, ...load.options };
  const accepted = await page.evaluate(
    async ({ options, entries, bytes }) => {
      window.log = window.sapwood.createLogger(options);
      await window.log.flush();
      let state = 1;
      for (let index = 0; index < entries; index += 1) {
        // Letters by chance, as random as identifiers in real entries are: a text that repeats would compress to nothing.
        let note = "";
        while (note.length < bytes) note += `${(state = (state * 48_271) % 2_147_483_647).toString(36)} item added to the cart `;
        window.log.info("Item added", { index, note: note.slice(0, bytes) });
      }
      return window.log.stats().accepted;
    },
    { options, entries: load.entries, bytes: load.bytes },
  );
  return { page, accepted };
}

/**
 * In the page: notes the last readings of `log`, or of all `loggers`, in the storage, after their own handlers. Not in Firefox: its
 * storage loses what a closing page writes, and a beacon of the test's own would take the place of the logger's.
 */
export function noteLast(): void {
  const note = () => localStorage.setItem("last", JSON.stringify((window.loggers ?? [window.log]).map((log) => log.stats())));
  // Which event is the last differs between the ways to leave.
  addEventListener("pagehide", note);
  document.addEventListener("visibilitychange", note);
}

/** What the page that is gone has noted, and noted by no page before; undefined in Firefox. */
export async function readLast(browser: RealBrowser, origin: string): Promise<Stats[] | undefined> {
  if (browser.name === "firefox") return undefined;
  const reader = await browser.open(`${origin}/blank`);
  const text = await waitFor("the last reading", () => reader.evaluate(() => localStorage.getItem("last")));
  await reader.evaluate(() => localStorage.removeItem("last"));
  await reader.close();
  const last = JSON.parse(text) as Stats[];
  last.forEach(assertCloses);
  return last;
}

/** How many entries a reading says have left the page, and how many it holds or has dropped. */
export const sentBy = ({ delivered, unconfirmed, inFlight }: Stats): number => delivered + unconfirmed + inFlight;
export const countedBy = (last: Stats): number => last.buffered + last.stored + dropped(last);

/** Which of the test's own marks the receiver has, in the order of arrival. */
export const marks = (ledger: Ledger, source: string): number[] =>
  ledger.of(source).map(({ entry }) => (entry.data as { index: number }).index);

/** Fails unless the marks came in the order in which they were logged, each once; says no more than the first that did not. */
export function assertOrder(came: readonly number[]): void {
  const wrong = came.findIndex((mark, at) => at > 0 && mark <= (came[at - 1] as number));
  assert.equal(wrong, -1, `${came[wrong]} came after ${came[wrong - 1]}`);
}

/** All runs of a scenario in a browser of their own, recorded. Fails unless in each of them so many were accepted, and all arrived, once. */
export async function allArrive(
  browserName: BrowserName,
  entries: number,
  figure: Pick<Figure, "topic" | "scenario">,
  once: (browser: RealBrowser) => Promise<Run>,
): Promise<void> {
  const browser = await launch(browserName);
  const runs: Run[] = [];
  try {
    for (let run = 0; run < RUNS; run += 1) runs.push(await once(browser));
  } finally {
    await browser.close();
  }
  record({ ...figure, browser: browserName, runs });
  for (const { accepted, arrived, twice } of runs) assert.deepEqual([accepted, arrived, twice], [entries, entries, 0]);
}

/** Waits until all have arrived, but not longer than the bound; what came is told by the account. */
export async function settle(ledger: Ledger, source: string, expected: number, boundMs: number): Promise<void> {
  const deadline = performance.now() + boundMs;
  await waitFor("arrival or the bound", () => ledger.count(source) >= expected || performance.now() > deadline, boundMs + 5_000);
}

/** The account of one run. */
export function account(ledger: Ledger, source: string, accepted: number, counted?: number): Run {
  const came = marks(ledger, source);
  const arrived = new Set(came).size;
  return { accepted, arrived, twice: came.length - arrived, again: ledger.again(source), counted: counted ?? null };
}

/**
 * Makes sure that nothing is on its way any more: another page logs one entry and hears that it was taken. A browser has one
 * queue for a server, and what a page that is gone has left in it came before.
 */
export async function fence(browser: RealBrowser, server: FaultServer, origin: string = server.url): Promise<void> {
  const { page } = await openWaiting(browser, origin, newSource(), { entries: 1, bytes: 1 });
  const { delivered } = await page.evaluate(() => window.log.flush());
  assert.equal(delivered, 1);
  await page.close();
}
