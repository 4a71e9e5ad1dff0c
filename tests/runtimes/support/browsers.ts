/**
 * The scenarios in a real browser: in a page and in web, shared and service workers. Owns: the site that these come from, and how each
 * of them is asked. Does not own: the browsers.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { type Packed, pack } from "../../package/packed.js";
import { type BrowserName, launch, type RealBrowser, type RealPage } from "../../support/browsers.js";
import { root } from "../../support/paths.js";
import { FaultServer } from "../../support/server.js";
import type { Question } from "../scenarios/page.js";
import type { Outcomes } from "../scenarios/scenarios.js";
import { judgeAll, prepare, type Runtime } from "./judge.js";

const KINDS = ["page", "web worker", "shared worker", "service worker"] as const;

interface Site {
  readonly url: string;
  close(): void;
}

/** Bundled as a user's bundler would, in one file that is a script as well as a module. */
async function scenarios(packed: Packed): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "tests/runtimes/scenarios/page.ts")],
    bundle: true,
    format: "iife",
    conditions: ["browser"],
    nodePaths: [join(packed.project, "node_modules")],
    write: false,
    tsconfigRaw: {},
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

async function serve(script: string): Promise<Site> {
  const server = createServer(({ url }, response) => {
    if (url === "/scenarios.js") response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>scenarios</title>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close().closeAllConnections() };
}

/** Runs in the page: starts what is to run the scenarios, asks it, and gives its outcomes. */
function ask({ kind, question }: { kind: string; question: Question }): Promise<unknown> {
  const script = "/scenarios.js";
  const { port1, port2 } = new MessageChannel();
  const told = new Promise<unknown>((resolve, reject) => {
    port1.onmessage = ({ data }) => resolve(data);
    const worker = (starting: { onerror: unknown }): void => {
      // What the crash throws is heard here, too.
      if (question.what === "scenarios") starting.onerror = (event: { message?: string }) => reject(new Error(`${kind}: ${event.message}`));
    };
    if (kind === "page") {
      const element = Object.assign(document.createElement("script"), { src: script });
      element.onload = () => window.postMessage(question, "*", [port2]);
      document.head.append(element);
    } else if (kind === "web worker") {
      const started = new Worker(script);
      worker(started);
      started.postMessage(question, [port2]);
    } else if (kind === "shared worker") {
      const started = new SharedWorker(script);
      worker(started);
      started.port.postMessage(question, [port2]);
    } else {
      void navigator.serviceWorker.register(script).catch(reject);
      void navigator.serviceWorker.ready.then(({ active }) => active!.postMessage(question, [port2]));
    }
  });
  return told;
}

/** One test for each kind of place in which scripts of a browser run. */
export function browserTests(name: BrowserName, row: "Chromium" | "Firefox" | "WebKitGTK"): void {
  const packed = pack();
  let [browser, server, site]: [RealBrowser?, FaultServer?, Site?] = [];
  before(async () => {
    server = await FaultServer.start();
    site = await serve(await scenarios(packed));
    browser = await launch(name);
  });
  after(async () => {
    await browser?.close();
    site?.close();
    await server?.close();
  });

  for (const kind of KINDS) {
    const runtime: Runtime = kind === "page" ? row : `${row}, ${kind}`;
    test(`${runtime}: the scenarios`, async (t) => {
      assert.ok(browser && server && site);
      prepare(server);
      const page: RealPage = await browser.open(site.url);
      const outcomes = await page.evaluate(ask, { kind, question: { what: "scenarios", endpoint: server.endpoint } });
      await judgeAll(t, runtime, outcomes as Outcomes, server);
      await page.close();
    });

    test(`${runtime}: what nobody catches is logged`, async () => {
      assert.ok(browser && server && site);
      server.reset();
      const page: RealPage = await browser.open(site.url);
      const { delivered } = (await page.evaluate(ask, { kind, question: { what: "crash", endpoint: server.endpoint } })) as { delivered: number };
      const entries = server.received.flatMap(({ logs }) => logs).sort((a, b) => a.message.localeCompare(b.message));
      assert.deepEqual(entries.map(({ level, errorName, message, origin }) => [level, errorName, message, origin]), [
        ["error", "TypeError", "nobody caught this", "error"],
        ["error", "RangeError", "nobody handled this", "unhandledrejection"],
      ]);
      assert.equal(delivered, 2);
      await page.close();
    });
  }
}
