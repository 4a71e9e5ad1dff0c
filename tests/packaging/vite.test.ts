/** Vite: its build, and its dev server, which bundles packages beforehand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "../support/processes.js";
import { marks } from "./support/cores.js";
import { codeOf, onDemand, pageTests } from "./support/page-tests.js";
import { project } from "./support/project.js";

const stage = pageTests({
  name: "vite build",
  folder: "vite",
  build: ({ build }) => build("vite/bin/vite.js", "build"),
  missing: /"\.\/absent" is not exported/,
  copyPage: false,
});

const { packed, pageDelivers } = stage;

/** Serves the page with `entry` as the package's. */
async function dev(entry?: string): Promise<string> {
  const made = project("vite", packed.tarball);
  made.reset(entry);
  const port = await freePort();
  return made.serve(port, "vite/bin/vite.js", "--host", "127.0.0.1", "--port", String(port), "--strictPort");
}

test("vite dev: a flow is delivered", async () => {
  const url = await dev();
  assert.deepEqual(marks(packed).count(codeOf(await pageDelivers(url))), { wasm: 1, script: 0 });
  await onDemand(stage, url);
});

test("vite dev: an entry that the package does not have fails", async () => {
  await assert.rejects(pageDelivers(await dev("sapwood/absent")), /the page failed: .*500 .*checkout\.js/);
});
