/** The example, end to end: its own check passes against the real collector, and fails when the entries are not there. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { CLI } from "../collector/support.js";
import { startTestCollector } from "../support/collector.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";

/** The built program, because the check looks at its page too. */
let collector: { url: string; file: string };
let folder: string;
let shopUrl: string;
/** What was started, to be ended in reverse order, however far the start came. */
const endings: (() => Promise<unknown>)[] = [];

before(async () => {
  const store = await mkdtemp(join(tmpdir(), "sapwood-checkout-"));
  endings.push(() => rm(store, { recursive: true }));
  const file = join(store, "logs.db");
  collector = { file, url: await started([CLI, "--port", "0", "--db", file, "--quiet"], {}, /sapwood-dev listening on (\S+)/) };
  folder = await installExample();
  endings.push(() => rm(folder, { recursive: true }));
  shopUrl = await started([join(folder, "server.mjs")], { PORT: "0", COLLECTOR_URL: collector.url }, /shop listening on (\S+)/);
});

/** Starts a program and waits for the address that it prints; it is ended with the tests. */
async function started(args: string[], env: Record<string, string>, address: RegExp): Promise<string> {
  const server = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "exit");
  endings.push(async () => server.kill("SIGTERM") && ended);
  const output = collect(server);
  return (await waitFor(`${args[0]}'s address`, () => address.exec(output())))[1] as string;
}

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
  assert.equal(text.match(/^ok {2}/gm)?.length, 9, text);
});

test("the checkout example's check passes without the database's file too, by the read API", async () => {
  const { code, text } = await runCheck({ COLLECTOR_DB: "" });
  assert.equal(code, 0, text);
  assert.equal(text.match(/^ok {2}/gm)?.length, 9, text);
});

test("the checkout example's check fails when the entries are somewhere else", async () => {
  const empty = await startTestCollector();
  endings.push(() => empty.close());
  const { code, text } = await runCheck({ COLLECTOR_DB: empty.file, CHECK_WAIT_MS: "200" });
  assert.equal(code, 1, text);
  assert.match(text, /check FAILED: .*not among the 0 entries that arrived/);
});
