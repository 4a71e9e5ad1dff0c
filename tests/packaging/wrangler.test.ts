/** Cloudflare Workers as wrangler bundles and runs them: the core is a module beside the script, and no text in it. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { text } from "../package/packed.js";
import { freePort } from "../support/processes.js";
import { marks } from "./support/cores.js";
import { type Project, project } from "./support/project.js";
import { stage } from "./support/stage.js";

const WRANGLER = "wrangler/bin/wrangler.js";
const { packed, serverDelivers } = stage();

/** The project with `entry` as the package's. */
function worker(entry?: string): Project {
  const made = project("wrangler", packed.tarball);
  made.reset(entry);
  return made;
}

test("wrangler deploy: one core, as a module", async () => {
  const { folder, build } = worker();
  const said = await build(WRANGLER, "deploy", "--dry-run", "--outdir", "dist");
  assert.match(said, /--dry-run: exiting now/);
  const dist = join(folder, "dist");
  const files = readdirSync(dist);
  assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 1, files.join(" "));
  const code = text(dist, "worker.js");
  assert.deepEqual(marks(packed).count(code), { wasm: 0, script: 0 });
  assert.equal(code.match(/sapwood: \$\{/g)?.length, 1, "the façade, once");
});

test("wrangler dev: a flow is delivered", async () => {
  const { serve } = worker();
  const port = await freePort();
  await serverDelivers(await serve(port, WRANGLER, "dev", "--local", "--ip", "127.0.0.1", "--port", String(port), "--show-interactive-dev-session=false"));
});

test("wrangler deploy: an entry that the package does not have fails", async () => {
  await assert.rejects(worker("sapwood/absent").build(WRANGLER, "deploy", "--dry-run", "--outdir", "dist"), /Could not resolve "sapwood\/absent/);
});
