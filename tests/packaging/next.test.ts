/** Next.js: a client component, a route on Node and one on the edge, from one build. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../support/processes.js";
import { marks } from "./support/cores.js";
import { codeOf, onDemand } from "./support/page-tests.js";
import { project } from "./support/project.js";
import { stage } from "./support/stage.js";

const NEXT = "next/dist/bin/next";
const set = stage();
const { packed, pageDelivers, serverDelivers } = set;
const { count, assertOnlyLogs, filesWithCore } = marks(packed);

test("next build", async (t) => {
  const made = project("next", packed.tarball);
  made.reset();
  await made.build(NEXT, "build");
  const port = await freePort();
  const url = await made.serve(port, NEXT, "start", "--hostname", "127.0.0.1", "--port", String(port));

  await t.test("next client component: a flow is delivered", async () => {
    const loaded = codeOf(await pageDelivers(url));
    assert.deepEqual(count(loaded), { wasm: 1, script: 0 });
    assertOnlyLogs(loaded);
    assert.equal(filesWithCore(join(made.folder, ".next/static")).length, 3);
    await onDemand(set, url);
  });
  await t.test("next server route: a flow is delivered", async () => {
    await serverDelivers(`${url}/flow`);
    assert.ok(filesWithCore(join(made.folder, ".next/server")).length > 0);
  });
  await t.test("next edge route: a flow is delivered", () => serverDelivers(`${url}/edge`));
});

test("next: an entry that the package does not have fails", async () => {
  const made = project("next", packed.tarball);
  made.reset("sapwood/absent");
  await assert.rejects(made.build(NEXT, "build"), /Module not found: Can't resolve 'sapwood\/absent'/);
});
