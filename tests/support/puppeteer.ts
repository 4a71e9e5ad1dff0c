/**
 * Chromium and Firefox by Puppeteer: the one over the DevTools protocol, the other over WebDriver BiDi. Owns their launch lines.
 * Not by Playwright, whose pages are never hidden and whose Firefox is one of its own.
 */
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import type { RealBrowser, RealPage } from "./browsers.js";
import { killTree } from "./processes.js";

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts one of the two. `CHROMIUM` and `FIREFOX` name the binaries, the defaults are where Debian puts them. */
export async function launchPuppeteer(name: "chromium" | "firefox", profile: string): Promise<RealBrowser> {
  const browser = await puppeteer.launch(
    name === "chromium"
      ? {
          executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
          headless: true,
          args: CHROMIUM_FLAGS,
          userDataDir: profile,
          defaultViewport: null,
        }
      : {
          browser: "firefox",
          executablePath: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr",
          headless: true,
          userDataDir: profile,
          defaultViewport: null,
        },
  );
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error(`${name} has no process`);
  return {
    name,
    pid,
    open: async (url) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(url);
      return wrap(browser, page);
    },
    close: async () => {
      for (const page of (await browser.pages()).slice(1)) await page.close();
      await browser.close();
    },
    kill: () => killTree(pid),
  };
}

function wrap(browser: Browser, page: Page): RealPage {
  const evaluate: RealPage["evaluate"] = async (run, argument) => {
    const result: unknown = await page.evaluate(`(${run})(${JSON.stringify(argument)})`);
    return result as Awaited<ReturnType<typeof run>>;
  };
  return {
    evaluate,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    hide: async () => {
      const hidden = evaluate(
        () =>
          new Promise<void>((resolve) => {
            const look = () => document.visibilityState === "hidden" && resolve();
            document.addEventListener("visibilitychange", look);
            look();
          }),
      );
      const first = (await browser.pages())[0];
      if (!first || first === page) throw new Error("no other tab to bring to the front");
      await first.bringToFront();
      await hidden;
    },
    offline: (on) => page.setOfflineMode(on),
    close: () => page.close(),
  };
}
