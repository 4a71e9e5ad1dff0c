/** The browsers of a test file: each starts when it is first wanted, and ends with the file. */
import { after } from "node:test";
import { type BrowserName, launch, type RealBrowser } from "../../support/browsers.js";

export function lazyBrowsers(): (name: BrowserName) => Promise<RealBrowser> {
  const running = new Map<BrowserName, Promise<RealBrowser>>();
  after(async () => {
    for (const browser of running.values()) await (await browser).close();
  });
  return (name) => {
    const browser = running.get(name) ?? launch(name);
    running.set(name, browser);
    return browser;
  };
}
