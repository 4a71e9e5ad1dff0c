/** esbuild: with splitting what is loaded on demand stays outside; in one file all cores come together, unless `sapwood/static` is imported. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, type BuildOptions } from "esbuild";
import { text } from "../package/packed.js";
import { marks } from "./support/cores.js";
import { codeOf, onDemand } from "./support/page-tests.js";
import { writeSources } from "./support/project.js";
import { stage } from "./support/stage.js";
import { serveFolder } from "./support/static.js";

const set = stage();
const { packed, pageDelivers, processDelivers } = set;
const { count, assertOnlyLogs, filesWithCore } = marks(packed);
let builds = 0;

/** Bundles `main` with `entry` as the package's; gives the folder, which can be served. */
async function bundle(entry: string, more: BuildOptions, main = "main.js"): Promise<string> {
  const folder = join(packed.project, `esbuild-${(builds += 1)}`);
  mkdirSync(folder);
  writeSources(folder, entry);
  const options = { bundle: true, minify: true, target: "es2022", tsconfigRaw: {}, logLevel: "silent" } as const;
  await build({ ...options, entryPoints: [join(folder, main)], outdir: folder, allowOverwrite: true, ...more });
  return folder;
}

test("esbuild: a flow is delivered", async () => {
  const folder = await bundle("sapwood", { format: "esm", splitting: true });
  const url = await serveFolder(folder);
  const scripts = await pageDelivers(url);
  const loaded = codeOf(scripts);
  assert.deepEqual(count(loaded), { wasm: 1, script: 0 });
  assertOnlyLogs(loaded);
  assert.equal(filesWithCore(folder).length, 3, "the core of the page, and the two that are loaded on demand");
  await onDemand(set, url);
});

test("esbuild, one file: a flow is delivered", async () => {
  const folder = await bundle("sapwood", { format: "iife" });
  await pageDelivers(await serveFolder(folder));
  // As README.md and docs/size.md say.
  assert.deepEqual(count(text(folder, "main.js")), { wasm: 2, script: 1 });
});

test("esbuild, one file of sapwood/static: a flow is delivered", async () => {
  const folder = await bundle("sapwood/static", { format: "iife" });
  await pageDelivers(await serveFolder(folder));
  const code = text(folder, "main.js");
  assert.deepEqual(count(code), { wasm: 1, script: 0 });
  assertOnlyLogs(code);
  assert.doesNotMatch(code, /\bimport\(/);
});

test("esbuild for Node, one file: a flow is delivered", async () => {
  const folder = await bundle("sapwood", { format: "esm", platform: "node" }, "process.js");
  await processDelivers(process.execPath, join(folder, "process.js"));
  // As docs/size.md says.
  assert.deepEqual(count(text(folder, "process.js")), { wasm: 1, script: 1 });
});

test("esbuild for Node, one file of sapwood/static: a flow is delivered", async () => {
  const folder = await bundle("sapwood/static", { format: "esm", platform: "node" }, "process.js");
  await processDelivers(process.execPath, join(folder, "process.js"));
  const code = text(folder, "process.js");
  assert.deepEqual(count(code), { wasm: 1, script: 0 });
  assert.doesNotMatch(code, /\bimport\(/);
});

test("esbuild: an entry that the package does not have fails", async () => {
  await assert.rejects(bundle("sapwood/absent", { format: "esm", splitting: true }), /Could not resolve "sapwood\/absent"/);
});

for (const entry of ["sapwood", "sapwood/static", "sapwood/slim", "sapwood/js"])
  test(`esbuild: a bundle that does not use its import of ${entry} holds nothing of it`, async () => {
    const contents = `import { createLogger } from "${entry}"; globalThis.started = true;`;
    const options = { bundle: true, minify: true, format: "esm", write: false, logLevel: "warning" } as const;
    const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: packed.project } });
    assert.equal(outputFiles[0]!.text, "globalThis.started=!0;\n");
  });
