/** `sapwood-dev` as npm would publish it: what is in the tarball, and `npx sapwood-dev` in an empty folder that it was installed into. */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { groupProcessorMs } from "../support/processor.js";
import { root, text } from "./packed.js";

/**
 * From the command to the line that names the address, in ms on the processor, npx's own among them. Starting is done by one
 * thread after the other, so a machine that does nothing else is not slower by the clock.
 */
const READY_MS_MAX = 2_000;
const STARTS = 3;

let folder = "";
let tarball = "";
let files: string[] = [];

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sapwood-dev-package-"));
  const said = execFileSync("npm", ["pack", "./js/dev", "--json", "--loglevel=error", "--pack-destination", folder], { cwd: root, encoding: "utf8" });
  const [report] = JSON.parse(said) as [{ filename: string; files: { path: string }[] }];
  tarball = join(folder, report.filename);
  files = report.files.map(({ path }) => path).sort();
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", tarball], { cwd: folder, stdio: "pipe" });
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("the tarball of sapwood-dev holds the program, the page, the README and the licences, and nothing else", () => {
  const page = readFilesOfPage();
  assert.ok(page.includes("index.html") && page.includes("page.js"), page.join());
  const expected = ["README.md", "dist/LICENSE-APACHE", "dist/LICENSE-MIT", "dist/cli.js", ...page.map((file) => `dist/page/${file}`), "package.json"];
  assert.deepEqual(files, expected.sort());
  for (const file of files.filter((path) => !path.endsWith(".png"))) {
    for (const place of [root, homedir()]) assert.ok(!text(folder, "node_modules/sapwood-dev", file).includes(`${place}/`), `${file} holds ${place}/`);
  }
});

/** What the server knows to serve (js/dev/src/http/page.ts): a file that is not served has no business in the package. */
function readFilesOfPage(): string[] {
  const served = text(root, "js/dev/src/http/page.ts");
  return [...served.matchAll(/^ {2}\["\/[\w./-]*", "([\w./-]+)", "/gm)].map(([, file]) => file ?? "");
}

test("sapwood-dev depends on libsql alone, in one version, and runs nothing when installed", () => {
  const manifest = JSON.parse(text(folder, "node_modules/sapwood-dev/package.json")) as Record<string, unknown> & { version: string };
  assert.deepEqual(Object.keys(manifest["dependencies"] as object), ["libsql"]);
  assert.match(Object.values(manifest["dependencies"] as object).join(), /^\d+\.\d+\.\d+$/);
  assert.equal(manifest["scripts"], undefined);
  assert.equal(manifest.version, /^version = "(.+)"$/m.exec(text(root, "Cargo.toml"))?.[1]);
});

/** `npx sapwood-dev` in the folder, ended with the test: its address, and what it took until that was printed. */
async function npx(t: TestContext, ...args: readonly string[]): Promise<{ url: string; clockMs: number; workMs: number }> {
  const begun = performance.now();
  // A process group of its own: npx starts a shell, which starts the program.
  const child = spawn("npx", ["sapwood-dev", ...args], { cwd: folder, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  t.after(async () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    await closed;
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const url = /^sapwood-dev listening on (http:\/\/\S+)$/m.exec(output)?.[1];
    if (url !== undefined) return { url, clockMs: Math.round(performance.now() - begun), workMs: groupProcessorMs(child.pid ?? -1) };
  }
  throw new Error(`it ended: ${output}`);
}

test("npx sapwood-dev in an empty folder is ready within 2 s, takes a log and shows its page", async (t) => {
  const starts: { clockMs: number; workMs: number }[] = [];
  for (let start = 1; start <= STARTS; start += 1) {
    const { url, ...took } = await npx(t, "--port", "0", "--db", `start-${start}.db`);
    starts.push(took);
    const answer = await fetch(`${url}/v1/logs`, { method: "POST", body: '{"level":"info","message":"hello"}' });
    assert.equal(answer.status, 200);
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<script [^>]*src="\/?page\.js"/);
    assert.ok(existsSync(join(folder, `start-${start}.db`)));
  }
  t.diagnostic(`from npx to the address: ${starts.map(({ clockMs, workMs }) => `${clockMs} ms, ${workMs} of them at work`).join("; ")}`);
  for (const { workMs } of starts) assert.ok(workMs > 0 && workMs < READY_MS_MAX, `${workMs} ms`);
});

test("npx sapwood-dev query and export read what the collector stored", async (t) => {
  const { url } = await npx(t, "--port", "0");
  await fetch(`${url}/v1/logs`, { method: "POST", body: '{"level":"warn","message":"stored by default"}' });
  const run = (...args: readonly string[]): string => execFileSync("npx", ["sapwood-dev", ...args], { cwd: folder, encoding: "utf8" });
  assert.match(run("query", "stored", "level=warn"), /^\d\d:\d\d:\d\d\.\d{3} WARN  stored by default\n$/);
  assert.match(run("export"), /^\{"level":"warn","message":"stored by default","receivedAt":\d+\}\n$/);
});

test("its licences are whole", () => {
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) {
    assert.equal(readFileSync(join(folder, "node_modules/sapwood-dev/dist", name), "utf8"), text(root, name));
  }
});
