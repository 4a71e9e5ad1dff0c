/**
 * One flow in three places: a page in a real Chromium, the Worker that the page comes from and asks, and the Durable Object that the
 * Worker asks. Each writes for itself, to a real collector, which shows one flow.
 */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { addressOf, program, temporaryFile } from "../collector/support.js";
import { pack } from "../package/packed.js";
import { closeChromium, launchChromium } from "../support/browser.js";
import type { Entry } from "../support/protocol.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";
import { startWorker } from "./support/workerd.js";

interface Told {
  readonly flow: { readonly id: string; readonly name: string; readonly outcome: string; readonly branches: number; readonly entries: number; readonly lastStep: number };
  readonly entries: readonly { readonly entry: Entry; readonly source: string; readonly flowBranch: string | null }[];
}

const packed = pack();
let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => closeChromium(browser));

/** A collector as people run it, and the shop: a Worker in front of a server of pages. */
async function start(t: TestContext): Promise<{ collector: string; shop: string }> {
  const collector = await addressOf(program(t, "--port", "0", "--db", temporaryFile(t), "--quiet"));
  const pages = await FaultServer.start(collector);
  t.after(() => pages.close());
  const variables = { ENDPOINT: `${collector}/v1/logs`, ORIGIN: pages.url };
  const worker = await startWorker(packed, "app.ts", { variables, objects: ["Cart"] });
  t.after(() => worker.stop());
  return { collector, shop: worker.url };
}

test("a checkout that begins in Chromium goes on in a Worker and in a Durable Object under one id, each a branch in the right order", async (t) => {
  const { collector, shop } = await start(t);
  const read = async <T>(path: string): Promise<T> => (await (await fetch(`${collector}${path}`)).json()) as T;
  const page = await browser.newPage();
  await page.goto(`${shop}/page`);
  const { id, answers } = await page.evaluate(async (endpoint) => {
    const log = window.sapwood.createLogger({ source: "page", endpoint });
    const flow = log.flow("checkout 🛒").info("Cart validated");
    const ask = async (): Promise<string> => (await fetch("/cart", { method: "POST", headers: flow.headers() })).text();
    const first = await ask();
    flow.info("Delivery chosen").info("Address given");
    const second = await ask();
    flow.info("Order placed").ok();
    await log.close();
    return { id: flow.id, answers: [first, second] };
  }, `${collector}/v1/logs`);
  assert.deepEqual(answers, ["object", "object"]);
  assert.match(id, /^checkout 🛒-[a-z0-9]{8}$/);

  const told = await waitFor("what the Worker and the object have written", async () => {
    const answer = await read<Told>(`/api/flows/${encodeURIComponent(id)}`);
    return answer.flow.entries === 13 ? answer : undefined;
  });
  const lanes = new Map<string | null, unknown[]>();
  for (const { entry, source, flowBranch } of told.entries) {
    const { stepIndex, message, flowId } = entry;
    assert.equal(flowId, id);
    lanes.set(flowBranch, [...(lanes.get(flowBranch) ?? []), `${source} ${stepIndex}: ${message}`]);
  }
  const ended = "Flow checkout 🛒: ok";
  const inWorker = ["worker 0: In the Worker", "worker 1: Back in the Worker"];
  const inObject = ["object 0: In the object", `object 1: ${ended}`];
  // The trunk, then each branch behind the one that it left, in the order in which they left it.
  assert.deepEqual([...lanes.values()], [
    ["page 0: Cart validated", "page 1: Delivery chosen", "page 2: Address given", "page 3: Order placed", `page 4: ${ended}`],
    inWorker, inObject, inWorker, inObject,
  ]);
  const [trunk, firstWorker, firstObject, secondWorker, secondObject] = [...lanes.keys()];
  assert.equal(trunk, null);
  // A branch says where it left: the page was at step 1 and at step 3, the Worker at step 1.
  assert.match(String(firstWorker), /^0001[a-z0-9]{6}$/);
  assert.match(String(secondWorker), /^0003[a-z0-9]{6}$/);
  assert.match(String(firstObject), new RegExp(`^${firstWorker}0001[a-z0-9]{6}$`));
  assert.match(String(secondObject), new RegExp(`^${secondWorker}0001[a-z0-9]{6}$`));

  const { flows } = await read<{ flows: Told["flow"][] }>("/api/flows");
  const listed = flows.filter((flow) => flow.name === "checkout 🛒");
  assert.deepEqual(listed.map((flow) => [flow.id, flow.outcome, flow.branches, flow.lastStep]), [[id, "ok", 5, 4]]);

  // And as people see it.
  const viewer = await browser.newPage();
  await viewer.goto(`${collector}/#/flows/${encodeURIComponent(id)}`);
  await viewer.locator(".flow-title .status", { hasText: "ok" }).waitFor();
  const names = await viewer.locator(".lane-name").allTextContents();
  assert.deepEqual(names.map((name) => name.split(" ").at(-1)), ["page", "worker", "object", "worker", "object"]);
});
