/** The browsers of a test file, and their pages. */
import { after } from "node:test";
import { type BrowserName, launch, type RealBrowser, type RealPage } from "../../support/browsers.js";
import { waitFor } from "../../support/wait.js";

/** Opens an address in a browser that starts when it is first wanted, and ends with the file; resolves when the page is there. */
export function opener(): (name: BrowserName, url: string) => Promise<RealPage> {
  const running = new Map<BrowserName, Promise<RealBrowser>>();
  after(async () => {
    for (const browser of running.values()) await (await browser).close();
  });
  return async (name, url) => {
    const browser = running.get(name) ?? launch(name);
    running.set(name, browser);
    const page = await (await browser).open(url);
    // WebKit's driver may be content with the empty page that a window begins with.
    await waitFor(url, () => page.evaluate((url) => location.href === url && document.readyState === "complete", url));
    return page;
  };
}
