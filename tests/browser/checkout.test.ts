/** The example, end to end: its own check passes against the real collector, and fails when the entries are not there. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { type Collector, startTestCollector } from "../support/collector.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";

let collector: Collector;
let folder: string;
let shopUrl: string;
/** What was started, to be ended in reverse order, however far the start came. */
const endings: (() => Promise<unknown>)[] = [];

before(async () => {
  collector = await startTestCollector();
  endings.push(() => collector.close());
  folder = await installExample();
  endings.push(() => rm(folder, { recursive: true }));
  const server = spawn(process.execPath, [join(folder, "server.mjs")], {
    env: { ...process.env, PORT: "0", COLLECTOR_URL: collector.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  endings.push(async () => server.kill("SIGTERM") && ended);
  const output = collect(server);
  const line = await waitFor("the shop's server", () => /shop listening on (\S+)/.exec(output()));
  shopUrl = line[1] as string;
});

after(async () => {
  for (const end of endings.reverse()) await end();
});

/** A copy of the example beside a `node_modules` that holds the built package; below the root, so that tools are found. */
async function installExample(): Promise<string> {
  await mkdir(join(root, "target"), { recursive: true });
  const copy = await mkdtemp(join(root, "target/checkout-"));
  await cp(join(root, "examples/checkout"), copy, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  await mkdir(join(copy, "node_modules"));
  await symlink(join(root, "pkg"), join(copy, "node_modules/sapwood"));
  return copy;
}

function collect(child: ChildProcess): () => string {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return () => text;
}

async function runCheck(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, [join(folder, "check.mjs")], {
    env: { ...process.env, SHOP_URL: shopUrl, COLLECTOR_URL: collector.url, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = collect(child);
  const [code] = (await once(child, "close")) as [number];
  return { code, text: text() };
}

test("the checkout example: everything it logs stands in the collector's database", async () => {
  const { code, text } = await runCheck({ COLLECTOR_DB: collector.file });
  assert.equal(code, 0, text);
  assert.equal(text.match(/^ok {2}/gm)?.length, 8, text);
});

test("the checkout example's check passes without the database's file too, by the read API", async () => {
  const { code, text } = await runCheck({ COLLECTOR_DB: "" });
  assert.equal(code, 0, text);
  assert.equal(text.match(/^ok {2}/gm)?.length, 8, text);
});

test("the checkout example's check fails when the entries are somewhere else", async () => {
  const empty = await startTestCollector();
  endings.push(() => empty.close());
  const { code, text } = await runCheck({ COLLECTOR_DB: empty.file, CHECK_WAIT_MS: "200" });
  assert.equal(code, 1, text);
  assert.match(text, /check FAILED: .*not among the 0 entries that arrived/);
});
