/** `examples/worker` as its reader has it: with the packed package and the platform's own types it compiles, and in workerd it delivers. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pack, run } from "../package/packed.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { installed } from "./support/install.js";
import { startWorker } from "./support/workerd.js";

const EXAMPLE = join(root, "examples/worker");
const packed = pack();
let receiver: Receiver;
before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.close());

/** The configuration without its comments. */
interface Wrangler {
  readonly main: string;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly vars: Record<string, string>;
}
const wrangler = JSON.parse(readFileSync(join(EXAMPLE, "wrangler.jsonc"), "utf8").replace(/^\s*\/\/.*$/gm, "")) as Wrangler;

test("the example compiles with the platform's types", () => {
  const project = join(packed.project, "example");
  cpSync(EXAMPLE, project, { recursive: true, filter: (path) => !path.includes("node_modules") });
  mkdirSync(join(project, "node_modules"));
  symlinkSync(packed.folder, join(project, "node_modules/sapwood"));
  symlinkSync(join(installed("workerd"), "node_modules/@cloudflare"), join(project, "node_modules/@cloudflare"));
  const { status, output } = run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], project);
  assert.equal(status, 0, output);
});

test("the example delivers: the request, the flow in Worker and object, the cron trigger", async (t) => {
  const objects = wrangler.durable_objects.bindings.map(({ class_name }) => class_name);
  assert.deepEqual([Object.keys(wrangler.vars), objects], [["LOGS_URL"], ["Cart"]]);
  const worker = await startWorker(packed, join(EXAMPLE, wrangler.main), { variables: { LOGS_URL: receiver.endpoint }, objects, events: true });
  t.after(() => worker.stop());
  const response = await fetch(`${worker.url}/checkout?cart=7`, { method: "POST", headers: { "x-sapwood-flow": `checkout-12345678;checkout;3;${Date.now()};` } });
  assert.deepEqual(await response.json(), { paid: 1 });
  await fetch(`${worker.events}/scheduled`, { method: "POST", body: JSON.stringify({ cron: "0 * * * *", time: 0 }) });
  await waitFor("three events", () => receiver.received.length === 3);
  const of = (source: string): unknown[] => {
    const batches = receiver.received.filter(({ batch }) => batch.resource["source"] === source);
    return batches.map(({ logs }) => logs.map(({ message, flowId, stepIndex }) => [message, flowId, stepIndex]));
  };
  const id = "checkout-12345678";
  assert.deepEqual(of("shop-worker").flat(), [
    ["Checkout received", id, 0],
    ["Paid", id, 1],
    ["Receipt sent", id, 2],
    ["POST /checkout 200", undefined, undefined],
    ["Stale carts removed", undefined, undefined],
  ]);
  assert.deepEqual(of("shop-cart"), [[["Cart emptied", id, 0], ["POST /pay 200", undefined, undefined]]]);
});
