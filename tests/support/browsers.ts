/**
 * One face for three real browsers: Chromium, Firefox and WebKitGTK. Owns what a test may ask of any of them, and their names;
 * how each is driven is in `puppeteer.ts` and `webkit.ts`. Tested by `tests/delivery/harness.test.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchPuppeteer } from "./puppeteer.js";
import { waitFor } from "./wait.js";
import { launchBareWebKit, launchWebKit } from "./webkit.js";

export const BROWSERS = ["chromium", "firefox", "webkit"] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** A tab of its own. */
export interface RealPage {
  /** Runs a self-contained function in the page, with an argument that JSON can carry; resolves with its settled result. */
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Hides the page: another tab in front of it, or its window minimised. Resolves when the page knows. */
  hide(): Promise<void>;
  /**
   * Takes the line away and gives it back, for this page. WebKit has no such command: there the page is only told, by the two
   * events and `navigator.onLine`, and the server has to go away as well.
   */
  offline(on: boolean): Promise<void>;
  /** Closes the tab; the browser lives on. */
  close(): Promise<void>;
}

/** A running browser. */
export interface RealBrowser {
  readonly name: BrowserName;
  /** Opens an address in a new tab. All tabs share one storage. */
  open(url: string): Promise<RealPage>;
  /** The browser's first process, whose end is the end of all of it. */
  readonly pid: number;
  /** Closes the tabs, then the browser: a browser that ends takes along what its tabs have just sent. */
  close(): Promise<void>;
  /** `kill -9` of all its processes. */
  kill(): Promise<void>;
}

/** The browsers that this run is about: `DELIVERY_BROWSERS`, separated by commas; Chromium alone without it. */
export function chosenBrowsers(): BrowserName[] {
  const names = (process.env["DELIVERY_BROWSERS"] ?? "chromium").split(",");
  for (const name of names) if (!(BROWSERS as readonly string[]).includes(name)) throw new Error(`there is no browser "${name}"`);
  return names as BrowserName[];
}

/** Starts a browser with the profile in a folder: what was stored there before is there again. */
export function launchWith(name: BrowserName, profile: string): Promise<RealBrowser> {
  return name === "webkit" ? launchWebKit(profile) : launchPuppeteer(name, profile);
}

/** Starts a browser with an empty profile, which goes when the browser is closed. */
export async function launch(name: BrowserName): Promise<RealBrowser> {
  const profile = await newProfile();
  const browser = await launchWith(name, profile);
  const ends = (end: () => Promise<void>) => async () => {
    await end();
    await removeProfile(profile);
  };
  return { ...browser, close: ends(browser.close), kill: ends(browser.kill) };
}

/**
 * Starts a browser with the profile in a folder and shows one address, whose page acts by itself. So WebKit is not under automation,
 * where it would forget everything.
 */
export async function showIn(name: BrowserName, profile: string, url: string): Promise<{ kill(): Promise<void> }> {
  if (name === "webkit") return launchBareWebKit(profile, url);
  const browser = await launchPuppeteer(name, profile);
  await browser.open(url);
  return browser;
}

/** An empty folder for a profile. */
export const newProfile = (): Promise<string> => mkdtemp(join(tmpdir(), "sapwood-profile-"));

/** Removes a profile; a process of the browser may write its last lines yet. */
export const removeProfile = (folder: string): Promise<void> => rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });

/** Opens a page that has loaded the package. */
export async function openApp(browser: RealBrowser, url: string): Promise<RealPage> {
  const page = await browser.open(url);
  await loaded(page);
  return page;
}

/** Resolves when the page has loaded the package. */
export const loaded = (page: RealPage): Promise<boolean> =>
  waitFor("the package", () => page.evaluate(() => typeof window.sapwood?.createLogger === "function"), 20_000);
