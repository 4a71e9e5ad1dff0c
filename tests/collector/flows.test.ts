/** Flows: the list with its filters and pages, what is worked out from the steps, and ids that the collector hands out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSummary } from "../../js/dev/src/api-types.js";
import { collector, entry, flow, list, post } from "./support.js";

const T = 1_795_000_000_000;

function step(id: string, stepIndex: number, at: number, more: Record<string, unknown> = {}, part: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...entry(1), seq: undefined, timestamp: T + at, flowId: id, stepIndex, flow: { name: id.split("-")[0], ...part }, ...more };
}

test("the slowest step is the longest time between neighbours of one branch", async (t) => {
  const { url } = await collector(t);
  await post(url, [
    step("checkout-1", 2, 700, { level: "warn" }),
    step("checkout-1", 0, 0, { sessionId: "s" }),
    step("checkout-1", 1, 200),
    step("checkout-1", 0, 5_000, {}, { branch: "w" }),
    step("checkout-1", 1, 5_400, { level: "error" }, { branch: "w" }),
  ]);
  const { flow: summary } = await flow(url, "checkout-1");
  assert.deepEqual(
    { branches: summary.branches, slowest: summary.slowest, warnings: summary.warnings, errors: summary.errors, sessionId: summary.sessionId },
    { branches: 2, slowest: { from: 1, to: 2, ms: 500 }, warnings: 1, errors: 1, sessionId: "s" },
  );
  // What was remembered does not outlive the flow's next entry.
  await post(url, [step("checkout-1", 3, 2_000)]);
  assert.deepEqual((await flow(url, "checkout-1")).flow.slowest, { from: 2, to: 3, ms: 1_300 });
});

test("a flow of one step has no slowest one", async (t) => {
  const { url } = await collector(t);
  await post(url, [step("a", 0, 0)]);
  assert.deepEqual((await list(url, "flows")).flows.map(({ branches, slowest }) => ({ branches, slowest })), [{ branches: 1, slowest: null }]);
});

test("the list is filtered by status, text and source", async (t) => {
  const { url } = await collector(t);
  await post(url, [
    step("open-1", 0, 0, { source: "shop" }),
    step("ok-1", 0, 0, { source: "api" }, { outcome: "ok", durationMs: 5 }),
    step("bad-1", 0, 0, { source: "shop" }, { outcome: "failed" }),
    step("gone-1", 0, 0, {}, { outcome: "abandoned" }),
    step("o_e-1", 0, 0, {}, { outcome: "ok" }),
  ]);
  const ids = async (query: string): Promise<string[]> => (await list(url, "flows", query)).flows.map(({ id }) => id);
  assert.deepEqual(await ids("?status=open"), ["open-1"]);
  assert.deepEqual(await ids("?status=ok"), ["o_e-1", "ok-1"]);
  assert.deepEqual(await ids("?status=failed"), ["bad-1"]);
  assert.deepEqual(await ids("?status=abandoned"), ["gone-1"]);
  assert.deepEqual(await ids("?source=shop"), ["bad-1", "open-1"]);
  assert.deepEqual(await ids("?q=O"), ["o_e-1", "gone-1", "ok-1", "open-1"]);
  assert.deepEqual(await ids("?q=_"), ["o_e-1"]);
  assert.deepEqual(await ids("?q=%25"), []);
  assert.deepEqual(await ids("?source=shop&status=open&q=open"), ["open-1"]);
});

test("the list is paged, and each flow is listed once", async (t) => {
  const { url } = await collector(t);
  await post(url, Array.from({ length: 25 }, (_, n) => step(`f-${n}`, 0, n)));
  const seen: FlowSummary[] = [];
  let pages = 0;
  for (let next: number | null | undefined; next !== null && pages < 10; pages += 1) {
    const page = await list(url, "flows", `?limit=10${next === undefined ? "" : `&before=${next}`}`);
    seen.push(...page.flows);
    next = page.next;
  }
  assert.equal(pages, 3);
  assert.deepEqual(seen.map(({ id }) => id), Array.from({ length: 25 }, (_, n) => `f-${24 - n}`));
});

test("POST /v1/flows hands out ids", async (t) => {
  const { url } = await collector(t, { key: "k" });
  const ask = (body: string, key = "k"): Promise<Response> => fetch(`${url}/v1/flows`, { method: "POST", body, headers: { "x-api-key": key, origin: "http://page.example" } });
  const answers = await Promise.all(Array.from({ length: 20 }, async () => (await (await ask('{"name":"checkout"}')).json()) as { flowId: string; name: string }));
  for (const { flowId, name } of answers) {
    assert.match(flowId, /^checkout-[a-z0-9]{8}$/);
    assert.equal(name, "checkout");
  }
  assert.equal(new Set(answers.map(({ flowId }) => flowId)).size, 20);
  const long = (await (await ask(JSON.stringify({ name: "😀".repeat(60) }))).json()) as { flowId: string };
  assert.equal([...long.flowId].length, 50, "the id fits its limit");
  assert.equal((await ask('{"name":"checkout"}')).headers.get("access-control-allow-origin"), "http://page.example");
  assert.equal((await ask('{"name":"checkout"}', "wrong")).status, 401);
  for (const body of ["", "{", "[]", "{}", '{"name":""}', '{"name":7}', `{"name":"${"x".repeat(101)}"}`]) {
    const answer = await ask(body);
    assert.equal(answer.status, 400, body);
    assert.equal(typeof ((await answer.json()) as { error: unknown }).error, "string");
  }
  assert.equal((await ask(" ".repeat(70_000))).status, 413);
});
