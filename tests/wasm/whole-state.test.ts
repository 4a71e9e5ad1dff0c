/**
 * What is put back when an event of the page was ended in its midst: each logger's own, what it had dropped, and a memory that has
 * grown meanwhile.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAll, open } from "./support/ended-page.js";

test("a core whose memory grew in what was ended goes on", async () => {
  const page = await open({ entries: 0 });
  const bytes = (): number => page.run("core.exports.memory.buffer.byteLength") as number;
  page.run(`for (let index = 0; index < 400; index += 1) log.info("m".repeat(9_000))`);
  const before = bytes();
  page.end("sent 1");
  assert.ok(bytes() > before, `${before} bytes, and ${bytes()} after it`);
  page.run(`dispatch("visibilitychange")`);
  assert.equal(page.run("log.stats().core"), "wasm", "nothing trapped");
  const ids = page.sent().map(({ batch }) => batch.id);
  assert.ok(ids.length > 1 && ids.at(-1) === ids.at(-2), ids.join());
});

test("what one of two loggers left half done is its own", async () => {
  const page = await open({ entries: 0 });
  page.run(`var other = sapwood.createLogger({ source: "other", environment: "test", endpoint: "/v1/logs" })`);
  await (page.run("other.flush()") as Promise<unknown>);
  page.run(`log.info("one"), log.info("two"), other.info("theirs")`);
  const first = `listeners.filter(([type]) => type === "pagehide")`;
  assert.throws(() => page.run(`calls = {}; hang = "sent 1"; ${first}[0][1]({ type: "pagehide", isTrusted: true })`), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" });
  // The event goes on to the other one's listener.
  page.run(`log.info("since"); hang = ""; document.hidden = true; document.visibilityState = "hidden";
    ${first}[1][1]({ type: "pagehide", isTrusted: true }); dispatch("visibilitychange")`);
  const mine = page.sent().filter(({ logs }) => logs.every(({ message }) => message !== "theirs"));
  assert.equal(page.sent().length - mine.length, 1, "the other's entry goes once");
  assertAll(mine, 3);
});

test("what was dropped before it is told once", async () => {
  const page = await open({ entries: 0 });
  page.run(`var nest = (depth) => ({ get more() { log.info("inside", depth < 4 ? nest(depth + 1) : {}); return 1; } })`);
  page.run(`log.info("outside", nest(0))`);
  const { accepted, dropped } = page.run("log.stats()") as { accepted: number; dropped: Record<string, number> };
  assert.equal(dropped["unserialisable"], 1);
  page.end("sent 1");
  page.run(`dispatch("visibilitychange")`);
  for (const { batch } of page.sent()) assert.deepEqual({ ...batch.dropped }, { unserialisable: 1 });
  const after = page.run("log.stats()") as { accepted: number; dropped: Record<string, number> };
  assert.deepEqual([after.accepted, after.dropped["unserialisable"]], [accepted, 1]);
});

test("two loggers that start at the same time have one core, and with it one share of what a page may send at its end", async () => {
  const page = await open({ cold: true, entries: 0 });
  page.run(`var idle = [], requestIdleCallback = (run) => idle.push(run)`);
  page.run(`var other = sapwood.createLogger({ source: "other", environment: "test", endpoint: "/v1/logs" })`);
  page.run(`log.info("m"), other.info("m")`);
  await (page.run(`Promise.all(idle.map((run) => run()))`) as Promise<unknown>);
  page.run(`leave(""), dispatch("visibilitychange")`);
  assert.equal(page.sent().length, 2);
  assert.equal(page.run("instances"), 1);
});
