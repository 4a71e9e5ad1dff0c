/** Flows: the list, and one flow over time, as the database has them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { duration } from "../../js/dev/src/page/ui/format.js";
import { entry, range } from "../collector/support.js";
import { waitFor } from "../support/wait.js";
import { CHECKOUT, DECLINED, dataset } from "./support/dataset.js";
import { openViewer, press, visit } from "./support/viewer.js";

const rows = (page: Page) => page.locator(".flow-table tbody tr");
const names = (page: Page): Promise<string[]> => rows(page).locator(".flow-name").evaluateAll((all) => all.map((link) => (link as HTMLElement).dataset["flow"] ?? ""));
const steps = (page: Page) => page.locator(".waterfall .step");

async function waitForFlows(page: Page, ids: readonly string[]): Promise<void> {
  await waitFor(`the flows ${ids.join()}`, async () => (await names(page)).join() === ids.join());
}

test("the list of flows says what the database does: status, steps, errors, duration, slowest step", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), "#/flows");
  await waitForFlows(page, ["import-77aa01bb", "sign-up-0c7de41x", DECLINED, CHECKOUT]);
  for (const row of await rows(page).all()) {
    const id = (await row.locator(".flow-name").getAttribute("data-flow")) ?? "";
    const flow = reader.flow(id)?.flow;
    assert.ok(flow);
    const text = ((await row.textContent()) ?? "").replaceAll(" ", " ");
    const expected = [flow.name ?? "", flow.source ?? "", flow.outcome ?? "running", String(flow.entries), duration(flow.durationMs ?? flow.lastAt - flow.firstAt)];
    if (flow.errors > 0) expected.push("1 error");
    if (flow.slowest) expected.push(`${duration(flow.slowest.ms)} before step ${flow.slowest.to}`);
    for (const part of expected) assert.ok(text.includes(part), `${part} in ${text}`);
  }
  assert.deepEqual(problems, []);
});

test("the list is narrowed by status and text, by mouse and by keyboard; the address keeps it", async (t) => {
  const { page, problems } = await openViewer(t, dataset(), "#/flows");
  await page.getByRole("button", { name: "Failed" }).click();
  await waitForFlows(page, [DECLINED]);
  assert.equal(new URL(page.url()).hash, "#/flows?status=failed");
  await page.reload();
  await waitForFlows(page, [DECLINED]);
  await page.goBack();
  await waitForFlows(page, ["import-77aa01bb", "sign-up-0c7de41x", DECLINED, CHECKOUT]);
  await press(page, "/");
  await page.keyboard.type("sign");
  await waitForFlows(page, ["sign-up-0c7de41x"]);
  await press(page, "Escape", "j", "Enter");
  await page.locator(".flow-view h1", { hasText: "sign-up" }).waitFor();
  await press(page, "Escape");
  await waitFor("the list again", () => new URL(page.url()).hash.startsWith("#/flows") && page.locator(".flow-table").isVisible());
  assert.deepEqual(problems, []);
});

test("a flow is its steps over time: lanes, the time between, the slowest, what the session did around it", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), `#/flows/${CHECKOUT}`);
  const answer = reader.flow(CHECKOUT);
  assert.ok(answer);
  await page.locator(".flow-title .status", { hasText: "ok" }).waitFor();
  assert.match((await page.locator(".flow-about").textContent()) ?? "", /11 steps · no errors · 1 branch · took 4\.06 s/);
  assert.equal(await page.locator(".flow-slowest").textContent(), "Slowest: 2.48 s before “Payment provider answered late”");
  assert.deepEqual(await page.locator(".lane-name").allTextContents(), ["trunk web-shop", "branch b7f0c2 checkout-api"]);
  const marks = await page.locator(".lanes-picture circle").evaluateAll((all) => all.map((mark) => [Number(mark.getAttribute("cx")?.replace("%", "")), Number(mark.getAttribute("cy"))]));
  const start = Math.min(...answer.entries.map(({ timestamp }) => timestamp));
  const expected = answer.entries.map(({ timestamp, flowBranch }) => [((timestamp - start) / 4_060) * 100, flowBranch === null ? 17 : 51]);
  assert.deepEqual(marks.map(([x, y]) => [Math.round((x ?? 0) * 10), y]), expected.map(([x, y]) => [Math.round((x ?? 0) * 10), y]));
  assert.equal(await page.locator(".branch-line").count(), 2, "the branch begins at its parent step");

  const own = steps(page).and(page.locator(":not(.around)"));
  const byTime = [...answer.entries].sort((a, b) => a.timestamp - b.timestamp);
  assert.deepEqual(await own.evaluateAll((all) => all.map((step) => Number((step as HTMLElement).dataset["id"]))), byTime.map(({ id }) => id));
  assert.deepEqual(await own.locator(".step-at").allTextContents(), byTime.map(({ timestamp }, index) => (index === 0 ? "0 ms" : `+${duration(timestamp - start)}`)));
  const between = await own.evaluateAll((all) => all.map((step) => step.querySelector(".gap-text")?.textContent ?? ""));
  const since = byTime.map((step) => {
    const before = answer.entries.find(({ flowBranch, stepIndex }) => flowBranch === step.flowBranch && stepIndex === (step.stepIndex ?? 0) - 1);
    return before === undefined ? "" : duration(step.timestamp - before.timestamp);
  });
  assert.deepEqual(between, since);

  const around = reader.all<{ id: number }>("SELECT id FROM entries WHERE session_id = 'sess_7f3a' AND flow_id IS NULL AND timestamp BETWEEN ? AND ?", [start - 2_000, start + 6_060]);
  assert.ok(around.length > 0);
  assert.equal(await page.locator(".step.around").count(), around.length);
  await page.getByRole("checkbox").uncheck();
  await waitFor("the flow alone", async () => (await steps(page).count()) === answer.entries.length);
  assert.deepEqual(problems, []);
});

test("a step opens its entry by mouse and by keyboard, and the next one follows", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), `#/flows/${DECLINED}`);
  const ids = reader.flow(DECLINED)?.entries.map(({ id }) => id) ?? [];
  await steps(page).filter({ hasText: "Payment failed" }).click();
  await page.locator(`#panel[data-entry="${ids[3]}"]`).waitFor();
  assert.equal(new URL(page.url()).hash, `#/flows/${DECLINED}?entry=${ids[3]}`);
  await press(page, "k");
  await page.locator(`#panel[data-entry="${ids[2]}"]`).waitFor();
  await press(page, "Escape");
  await page.locator("#panel").waitFor({ state: "hidden" });
  await press(page, "j", "Enter");
  await page.locator(`#panel[data-entry="${ids[3]}"]:not([hidden])`).waitFor();
  await page.locator(".lanes-picture circle").first().click();
  await page.locator(`#panel[data-entry="${ids[0]}"]`).waitFor();
  assert.deepEqual(problems, []);
});

test("where the session has more around a flow than is asked for, the page says so", async (t) => {
  const at = 1_795_694_400_000;
  const step = entry(1, { timestamp: at, flowId: "busy-a1b2c3d4", stepIndex: 0, flow: { name: "busy" }, sessionId: "s" });
  const { page, problems } = await openViewer(t, [[step], range(2, 251).map((seq) => entry(seq, { timestamp: at + seq, sessionId: "s" }))], "#/flows/busy-a1b2c3d4");
  await page.locator(".check", { hasText: "Show 200 other entries of the same session, of its last 200 in that time" }).waitFor();
  assert.equal(await steps(page).count(), 201);
  assert.deepEqual(problems, []);
});

test("a flow grows while one looks at it, and so does the list", async (t) => {
  const step = (seq: number, flow: Record<string, unknown> = {}): unknown => entry(seq, { flowId: "sync-a1b2c3d4", stepIndex: seq - 1, flow: { name: "sync", ...flow }, sessionId: "s" });
  const { page, send, url, problems } = await openViewer(t, [[step(1)]], "#/flows/sync-a1b2c3d4");
  await waitFor("one step", async () => (await steps(page).count()) === 1);
  await send([step(2), step(3)]);
  await waitFor("three steps", async () => (await steps(page).count()) === 3);
  await page.locator(".flow-title .status", { hasText: "running" }).waitFor();
  await visit(page, url, "#/flows");
  await waitForFlows(page, ["sync-a1b2c3d4"]);
  await rows(page).filter({ hasText: "running" }).waitFor();
  await send([step(4, { outcome: "ok", durationMs: 3 })]);
  await rows(page).filter({ hasText: "3 ms" }).locator(".status-ok").waitFor();
  await send([entry(1, { flowId: "other-a1b2c3d4", stepIndex: 0, flow: { name: "other" } })]);
  await waitForFlows(page, ["other-a1b2c3d4", "sync-a1b2c3d4"]);
  assert.deepEqual(problems, []);
});
