/** A page without a bundler: `<script type="module">`, from a server of files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { marks } from "./support/cores.js";
import { codeOf, onDemand } from "./support/page-tests.js";
import { writeSources } from "./support/project.js";
import { stage } from "./support/stage.js";
import { serveFolder } from "./support/static.js";

const set = stage();
const { packed, pageDelivers } = set;
const { count } = marks(packed);

/** Serves the page with the package beside it, which it imports from `path`. */
async function serve(path: string): Promise<string> {
  writeSources(packed.project, path);
  return serveFolder(packed.project);
}

test("script type=module: a flow is delivered", async () => {
  const url = await serve("/node_modules/sapwood/dist/index.js");
  const scripts = await pageDelivers(url);
  const paths = scripts.map(({ url }) => new URL(url).pathname).sort();
  assert.deepEqual(paths, ["/checkout.js", "/main.js", "/node_modules/sapwood/dist/index.js"]);
  assert.deepEqual(count(codeOf(scripts)), { wasm: 1, script: 0 });
  await onDemand(set, url);
});

test("script type=module, sapwood/static: a flow is delivered", async () => {
  const scripts = await pageDelivers(await serve("/node_modules/sapwood/dist/static.js"));
  assert.deepEqual(count(codeOf(scripts)), { wasm: 1, script: 0 });
});

test("script type=module: a file that the package does not have fails", async () => {
  await assert.rejects(pageDelivers(await serve("/node_modules/sapwood/dist/absent.js")), /the page failed: .*404 .*absent\.js/);
});
