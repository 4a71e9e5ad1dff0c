/** Vite: its build, that of a web worker, and its dev server, which bundles packages beforehand. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../support/processes.js";
import { marks } from "./support/cores.js";
import { codeOf, onDemand, pageTests } from "./support/page-tests.js";
import { project } from "./support/project.js";
import { serveFolder } from "./support/static.js";

const VITE = "vite/bin/vite.js";
const stage = pageTests({
  name: "vite build",
  folder: "vite",
  build: ({ build }) => build(VITE, "build"),
  missing: /"\.\/absent" is not exported/,
  copyPage: false,
});

const { packed, pageDelivers } = stage;
const { count, filesWithCore } = marks(packed);

/** Serves the page with `entry` as the package's. */
async function dev(entry?: string): Promise<string> {
  const made = project("vite", packed.tarball);
  made.reset(entry);
  const port = await freePort();
  return made.serve(port, VITE, "--host", "127.0.0.1", "--port", String(port), "--strictPort");
}

test("vite build, web worker of sapwood/static: a flow is delivered", async () => {
  const made = project("vite", packed.tarball);
  made.reset("sapwood/static");
  const html = join(made.folder, "index.html");
  writeFileSync(html, readFileSync(html, "utf8").replace("main.js", "in-worker.js"));
  await made.build(VITE, "build");
  const dist = join(made.folder, "dist");
  await pageDelivers(await serveFolder(dist));
  // Vite makes one file of a worker, whatever is imported there on demand.
  assert.equal(filesWithCore(dist).length, 1);
});

test("vite dev: a flow is delivered", async () => {
  const url = await dev();
  assert.deepEqual(count(codeOf(await pageDelivers(url))), { wasm: 1, script: 0 });
  await onDemand(stage, url);
});

test("vite dev: an entry that the package does not have fails", async () => {
  await assert.rejects(pageDelivers(await dev("sapwood/absent")), /the page failed: .*500 .*checkout\.js/);
});
