/**
 * A million calls, and code that logs where logging is seen: the page stays alive, memory stays bounded, and every call is accounted
 * for. Tasks are measured by the processor time of the page's own thread, so that other work on the machine does not count.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CDPSession, Page } from "playwright-core";
import { answer } from "../support/behaviours.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { flush, openLogger, startCore, stats } from "../support/page.js";
import { waitFor } from "../support/wait.js";

let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

const CALLS = 1_000_000;
const SLICE = 2_000;
const TASK_MS_MAX = 50;
const MARK = "the page's own thread";
/** The heap and what lies beside it (the module's memory) may grow by so much: four times what may wait. */
const MEMORY_BYTES_MAX = 8 * 1024 * 1024;

/** The longest task of the page's thread while `run` runs, in milliseconds of processor time. */
async function longestTask(page: Page, run: () => Promise<unknown>): Promise<number> {
  const cdp = await (await fixture.browser()).newBrowserCDPSession();
  const events: { name: string; tdur?: number; pid: number; tid: number }[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => void events.push(...(value as never[])));
  await cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] } });
  await page.bringToFront();
  // Chromium has renderers of its own beside the page's: the mark tells which thread is the page's.
  await page.evaluate((name) => void performance.mark(name), MARK);
  await run();
  const complete = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
  await cdp.send("Tracing.end");
  await complete;
  await cdp.detach();
  const mark = events.find(({ name }) => name === MARK);
  const tasks = events.filter(({ pid, tid, tdur }) => tdur !== undefined && pid === mark?.pid && tid === mark.tid);
  assert.ok(tasks.length > CALLS / SLICE, `${tasks.length} tasks were seen`);
  return Math.max(...tasks.map(({ tdur }) => tdur! / 1000));
}

async function memory(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = (await cdp.send("Runtime.getHeapUsage")) as { usedSize: number; backingStorageSize?: number };
  return usedSize + backingStorageSize;
}

test("a million calls: no task of ours is long, memory is bounded, and each is accounted for", async (t) => {
  const page = await fixture.open();
  const source = fixture.source();
  await openLogger(page, { source, endpoint: fixture.collector.endpoint });
  await startCore(page);
  const cdp = await page.context().newCDPSession(page);
  const memoryBefore = await memory(cdp);
  let took = 0;
  const longest = await longestTask(page, async () => {
    took = await page.evaluate(async ([calls, slice]) => {
      const { port1, port2 } = new MessageChannel();
      const start = performance.now();
      await new Promise<void>((resolve) => {
        let at = 0;
        port1.onmessage = () => {
          for (const end = at + slice; at < end; at++) window.log.info("Item {at} rendered", { at, row: at % 50, visible: true });
          if (at < calls) port2.postMessage(0);
          else resolve();
        };
        port2.postMessage(0);
      });
      return performance.now() - start;
    }, [CALLS, SLICE] as const);
  });
  const grown = (await memory(cdp)) - memoryBefore;
  await flush(page, 30_000);
  const { accepted, delivered, dropped } = await stats(page);
  t.diagnostic(`${CALLS} calls in ${took.toFixed(0)} ms, the longest task ${longest.toFixed(1)} ms, memory +${grown} bytes, ${JSON.stringify({ delivered, dropped })}`);
  assert.equal(accepted, CALLS);
  assert.ok(longest < TASK_MS_MAX, `a task took ${longest} ms`);
  assert.ok(grown < MEMORY_BYTES_MAX, `${grown} bytes`);
  assert.ok((dropped.rate_limited ?? 0) > CALLS / 2, "it is a flood");
  assert.equal(fixture.collector.count(source), delivered);
  const summaries = fixture.collector.entries(source).filter(({ repeated }) => repeated !== undefined);
  const summed = summaries.reduce((sum, { repeated }) => sum + (repeated as number), 0);
  assert.ok(summaries.length > 0 && summed > 0 && summed <= dropped.rate_limited!, `${summaries.length} entries stand for ${summed}`);
  for (const { message, data } of summaries) assert.deepEqual([message, data], ["Item {at} rendered", undefined]);
});

test("what logs in onError, in onDrop, in a patched console and in a patched fetch does not go on by itself", async () => {
  const page = await fixture.open();
  const source = fixture.source();
  fixture.server.reset();
  // Nothing is ever taken.
  fixture.server.script(...Array.from({ length: 1000 }, () => answer(500)));
  await page.evaluate((given) => {
    let log: Window["log"] | undefined;
    const standing = { fetch: window.fetch, warn: console.warn, error: console.error };
    window.fetch = (...call) => {
      log!.debug("a request");
      return standing.fetch.apply(window, call);
    };
    for (const name of ["warn", "error"] as const) {
      console[name] = (...said: unknown[]) => {
        log!.debug("the console said", { said: String(said[0]) });
        standing[name](...said);
      };
    }
    const say = (...what: unknown[]): void => {
      console.warn("logging failed", ...what);
      log!.error("logging failed", { what: String(what[0]) });
    };
    log = window.sapwood.createLogger({ ...given, onError: say, onDrop: say });
    window.log = log;
  }, { source, endpoint: "/v1/logs", flushInterval: 100, retry: { initialDelayMs: 100, maxDelayMs: 100 } });
  await page.evaluate(() => void window.log.info("first"));
  // It tries again and again; by then a loop would have made thousands.
  await waitFor("twenty attempts", () => fixture.server.received.length >= 20);
  const { accepted } = await stats(page);
  const attempts = fixture.server.received.length;
  assert.ok(accepted <= 2 * attempts + 10, `${accepted} entries of ${attempts} attempts`);
  fixture.server.reset();
  await page.close();
});
