/** Rollup, with the one plugin that finds packages: in chunks, and as one classic script. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { marks } from "./support/cores.js";
import { pageTests } from "./support/page-tests.js";
import { project } from "./support/project.js";
import { serveFolder } from "./support/static.js";

const ROLLUP = "rollup/dist/bin/rollup";
const { packed, pageDelivers } = pageTests({
  name: "rollup",
  folder: "rollup",
  build: ({ build }) => build(ROLLUP, "--config"),
  missing: /rollup failed: [^]*Could not resolve import "sapwood\/absent"/,
});

/** Builds the page as one classic script, with `entry` as the package's; gives the folder that is to be served. */
async function classic(entry: string): Promise<string> {
  const { folder, reset, build } = project("rollup", packed.tarball);
  reset(entry);
  await build(ROLLUP, "--config", "--format", "iife");
  const dist = join(folder, "dist");
  copyFileSync(join(folder, "index.html"), join(dist, "index.html"));
  return dist;
}

test("rollup, classic script of sapwood/static: a flow is delivered", async () => {
  const dist = await classic("sapwood/static");
  await pageDelivers(await serveFolder(dist));
  assert.equal(marks(packed).filesWithCore(dist).length, 1);
});

test("rollup, classic script: what loads on demand is refused, as README.md says", async () => {
  await assert.rejects(classic("sapwood"), /not supported for code-splitting builds/);
});
