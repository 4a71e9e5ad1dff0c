/**
 * The background of a browser extension, in Chromium: a service worker with a policy of its own, which refuses WebAssembly where the
 * manifest says nothing else, at an address that is no web page's.
 */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type BrowserContext, chromium, type Worker } from "playwright-core";
import { judge, NAMES, prepare } from "../runtimes/support/judge.js";
import type { Outcomes } from "../runtimes/scenarios/scenarios.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { packageFiles } from "../support/paths.js";
import { waitFor } from "../support/wait.js";
import { bundle, type EntryPoint } from "./support/bundle.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

/** Writes an extension whose background imports the package by this entry. */
async function extension(folder: string, entry: EntryPoint, policy: object): Promise<void> {
  const manifest = {
    ...{ manifest_version: 3, name: "scenarios", version: "1", host_permissions: ["http://127.0.0.1/*"] },
    ...{ background: { service_worker: "background.js", type: "module" }, ...policy },
  };
  await mkdir(folder);
  for (const [path, file] of packageFiles) await copyFile(file, join(folder, path));
  const background = `globalThis.endpoint = ${JSON.stringify(fixture.server.endpoint)};\n${bundle("background.ts", "module", entry)}`;
  await writeFile(join(folder, "background.js"), background);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
}

/** Starts a Chromium with the extension; its background. */
async function start(folder: string): Promise<{ context: BrowserContext; background: Worker }> {
  const installed = join(folder, "extension");
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", `--disable-extensions-except=${installed}`, `--load-extension=${installed}`],
  });
  const background = await waitFor("the background", () => context.serviceWorkers()[0]);
  return { context, background };
}

const CASES = [
  { title: "as an extension has it by itself, by sapwood/js", entry: "sapwood/js", core: "js", policy: {} },
  {
    title: "with 'wasm-unsafe-eval', by sapwood",
    entry: "sapwood",
    core: "wasm",
    policy: { content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" } },
  },
] as const;

for (const { title, entry, core, policy } of CASES)
  test(`chromium: the scenarios in an extension's background, under the policy ${title}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "sapwood-extension-"));
    await extension(join(folder, "extension"), entry, policy);
    prepare(fixture.server);
    const { context, background } = await start(folder);
    t.after(async () => {
      await context.close();
      await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
    });
    assert.match(background.url(), /^chrome-extension:/);
    const outcomes: Outcomes = await background.evaluate(() => globalThis.scenarios);
    for (const scenario of NAMES) await t.test(scenario, () => judge(scenario, outcomes, fixture.server.received, core));
  });
