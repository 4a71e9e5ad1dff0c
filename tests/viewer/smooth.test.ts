/**
 * The page stays responsive while 5,000 entries a second arrive: no task of its main thread uses the processor for more than
 * 100 ms. Processor time and not time on the clock, so that a busy machine does not decide.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, range } from "../collector/support.js";
import { waitFor } from "../support/wait.js";
import { countShown, openViewer, storedIds, theBrowser } from "./support/viewer.js";

const SECONDS = 6;
const BATCHES_PER_SECOND = 10;
const ENTRIES = 500;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

test("5,000 entries a second: no task over 100 ms, and none is missing from the list", async (t) => {
  const { page, send, reader, problems } = await openViewer(t, [[entry(1)]]);
  const body = (part: number): string => JSON.stringify({
    batch: { id: `b${part}`, instance: "load", accepted: (part + 1) * ENTRIES },
    logs: range(1, ENTRIES).map((number) => entry(part * ENTRIES + number, { source: "load", tags: ["a", "b"], data: { part, number, text: "x".repeat(100) }, ...(number % 50 === 0 ? { level: "error", errorName: "LoadError" } : {}) })),
  });
  const total = SECONDS * BATCHES_PER_SECOND;
  await theBrowser().startTracing(page, { categories: ["toplevel", "__metadata", "disabled-by-default-devtools.timeline"] });
  const started = performance.now();
  for (let part = 0; part < total; part += 1) {
    // As fast as is asked for and no faster; a slower machine sends what it can.
    const due = started + (part * 1_000) / BATCHES_PER_SECOND;
    await waitFor("its time", () => performance.now() >= due);
    await send(body(part));
  }
  const seconds = (performance.now() - started) / 1_000;
  await waitFor("all of them", async () => (await countShown(page)) === total * ENTRIES + 1, 30_000);
  const { traceEvents } = JSON.parse((await theBrowser().stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const renderers = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(({ pid, tid }) => `${pid}/${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid, tdur }) => name.includes("RunTask") && tdur !== undefined && renderers.has(`${pid}/${tid}`));
  assert.ok(tasks.length > 200, `${tasks.length} tasks were seen`);
  const longest = Math.max(...tasks.map(({ tdur }) => tdur ?? 0)) / 1_000;
  const busy = tasks.reduce((sum, { tdur }) => sum + (tdur ?? 0), 0) / 1_000;
  t.diagnostic(`${Math.round((total * ENTRIES) / seconds)} entries/s for ${seconds.toFixed(1)} s; longest task ${longest.toFixed(1)} ms, main thread busy ${(busy / seconds / 10).toFixed(1)} %`);
  assert.ok(longest <= 100, `a task of ${longest} ms`);
  assert.equal(storedIds(reader).length, total * ENTRIES + 1);
  assert.deepEqual(problems, []);
});
