/**
 * WebKitGTK's MiniBrowser by its own WebDriver, on a screen that only it sees. Owns the processes and their end.
 *
 * Under automation MiniBrowser keeps nothing beyond its own life, whatever the profile: what a test wants to find at the next
 * start it drives without (`launchBareWebKit`).
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RealBrowser, RealPage } from "./browsers.js";
import { freePort, killTree, type Started, start } from "./processes.js";
import { waitFor } from "./wait.js";
import { WebDriverSession } from "./webdriver.js";

const MINI_BROWSER = process.env["MINIBROWSER"] ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** A screen and the environment in which programs find it, with all their files in the profile. */
interface Screen {
  readonly server: Started;
  readonly env: NodeJS.ProcessEnv;
}

async function openScreen(profile: string): Promise<Screen> {
  const args = ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"];
  const server = await start("Xvfb", args, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  let display = "";
  server.child.stdio[3]?.on("data", (chunk: Buffer) => (display += chunk.toString()));
  await waitFor("a screen", () => display.endsWith("\n"));
  const folders = { XDG_DATA_HOME: "data", XDG_CACHE_HOME: "cache", XDG_CONFIG_HOME: "config" };
  const env: NodeJS.ProcessEnv = { ...process.env, DISPLAY: `:${display.trim()}`, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" };
  for (const [name, folder] of Object.entries(folders)) {
    env[name] = join(profile, folder);
    await mkdir(join(profile, folder), { recursive: true });
  }
  return { server, env };
}

/** Starts MiniBrowser under automation. */
export async function launchWebKit(profile: string): Promise<RealBrowser> {
  const screen = await openScreen(profile);
  const port = await freePort();
  const driver = await start("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], { env: screen.env });
  const address = `http://127.0.0.1:${port}`;
  await waitFor("WebKitWebDriver", async () => (await fetch(`${address}/status`)).ok);
  const session = await WebDriverSession.open(address, {
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": { binary: MINI_BROWSER, args: ["--automation"] },
  });
  const first = await session.handle();
  const tabs = new Set<string>();
  const end = async () => {
    await killTree(driver.pid);
    await killTree(screen.server.pid);
  };
  return {
    name: "webkit",
    pid: driver.pid,
    open: async (url) => {
      const handle = await session.newWindow(first);
      tabs.add(handle);
      const page = wrap(session, handle, () => tabs.delete(handle));
      await page.goto(url);
      return page;
    },
    close: async () => {
      for (const handle of tabs) await session.inWindow(handle, "DELETE", "/window");
      await session.inWindow(first, "DELETE", "/window");
      await end();
    },
    kill: end,
  };
}

function wrap(session: WebDriverSession, handle: string, gone: () => void): RealPage {
  const page: RealPage = {
    evaluate: async (run, argument) => {
      // The one way for a promise's rejection to come back as such.
      const script = `const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => (${run})(${JSON.stringify(argument)}))
          .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const answer = await session.inWindow(handle, "POST", "/execute/async", { script, args: [] });
      const { value, error } = answer as { value?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return value as Awaited<ReturnType<typeof run>>;
    },
    goto: async (url) => void (await session.inWindow(handle, "POST", "/url", { url })),
    reload: async () => void (await session.inWindow(handle, "POST", "/refresh")),
    hide: async () => {
      await session.inWindow(handle, "POST", "/window/minimize");
      await waitFor("a hidden page", () => page.evaluate(() => document.visibilityState === "hidden"));
    },
    offline: (on) =>
      page.evaluate((on) => {
        Object.defineProperty(navigator, "onLine", { value: !on, configurable: true });
        dispatchEvent(new Event(on ? "offline" : "online"));
      }, on),
    close: async () => {
      await session.inWindow(handle, "DELETE", "/window");
      gone();
    },
  };
  return page;
}

/** A MiniBrowser without automation, with the storage of its profile: it shows one address, and only that page acts. */
export async function launchBareWebKit(profile: string, url: string): Promise<{ kill(): Promise<void>; pid: number }> {
  const screen = await openScreen(profile);
  const browser = await start(MINI_BROWSER, [url], { env: screen.env });
  return {
    pid: browser.pid,
    kill: async () => {
      await killTree(browser.pid);
      await killTree(screen.server.pid);
    },
  };
}
