/** Flush and close: what they answer, and that nothing of ours keeps a process alive. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { answer, hang } from "../support/behaviours.js";
import { packageEntry } from "../support/paths.js";
import { waitFor } from "../support/wait.js";
import { assertCloses } from "../support/stats.js";
import { replace } from "./support/globals.js";
import { held } from "./support/held.js";
import { arrived, rig } from "./support/logger.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("flush answers for the entries before it; a second one joins the running work", async () => {
  const { log } = rig(server);
  const { behaviour, release } = held(answer(200));
  server.script(behaviour);
  assert.deepEqual(await log.flush(), { delivered: 0, pending: 0, dropped: 0, lastStatus: 0 });
  log.info("a").info("b");
  const first = log.flush();
  log.info("c");
  const second = log.flush();
  await waitFor("the request", () => server.received.length === 1);
  release();
  assert.deepEqual(await first, { delivered: 2, pending: 0, dropped: 0, lastStatus: 200 });
  assert.deepEqual(await second, { delivered: 3, pending: 0, dropped: 0, lastStatus: 200 });
  assert.deepEqual(server.received.map(({ logs }) => logs.length), [2, 1]);
});

test("a flush that is out of time says what is pending, and the entries stay", async () => {
  const { log } = rig(server, { timeoutMs: 300 });
  server.script(hang());
  log.info("m");
  assert.deepEqual(await log.flush({ timeoutMs: 50 }), { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 });
  assert.deepEqual(await log.flush(), { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
});

test("close delivers what waits, once; what is logged after it counts as closed", async () => {
  const { log, drops } = rig(server);
  log.info("a");
  const closing = log.close();
  assert.equal(log.disconnect(), closing);
  log.info("late").child().error("late");
  assert.deepEqual(await closing, { delivered: 1, pending: 0, dropped: 0, lastStatus: 200 });
  assert.deepEqual(await log.flush(), await closing);
  assert.deepEqual([log.stats().delivered, log.stats().dropped], [1, { closed: 2 }]);
  assert.equal(server.received[0]?.batch.final, "close");
  assertCloses(log.stats());
  await waitFor("onDrop", () => drops.closed === 2);
  assert.equal(server.received.length, 1);
});

test("close drops as closed what cannot be sent in time", async () => {
  const { log } = rig(server, { timeoutMs: 1500 });
  server.script(hang());
  log.info("under way");
  void log.flush();
  await waitFor("the request", () => server.received.length === 1);
  log.info("waiting");
  // What is under way may still arrive; nobody can call it back.
  assert.deepEqual(await log.close({ timeoutMs: 50 }), { delivered: 0, pending: 1, dropped: 1, lastStatus: 0 });
  assertCloses(log.stats());
  assert.deepEqual(log.stats().dropped, { closed: 1 });
  await waitFor("the request to be given up", () => log.stats().inFlight === 0);
  assert.deepEqual(log.stats().dropped, { closed: 2 });
  assertCloses(log.stats());
  assert.equal(server.received.length, 1);
});

test("await using closes", async () => {
  const { log } = rig(server);
  log.info("m");
  await log[Symbol.asyncDispose]();
  log.info("late");
  assert.deepEqual([log.stats().delivered, log.stats().dropped], [1, { closed: 1 }]);
});

test("a page that leaves with nothing but pagehide, before the core was started, sends what it has", async (t) => {
  const target = new EventTarget();
  replace(t, "document", { hidden: false, visibilityState: "visible" });
  replace(t, "addEventListener", target.addEventListener.bind(target));
  replace(t, "removeEventListener", target.removeEventListener.bind(target));
  const { log } = rig(server);
  log.info("last words");
  target.dispatchEvent(new Event("pagehide"));
  await waitFor("the request", () => server.received.length === 1);
  assert.deepEqual(arrived(server).map(({ message }) => message), ["last words"]);
});

/** A process that nothing of ours keeps alive ends at once; what could keep one alive here lasts ten seconds, or an hour. */
const LINGERS_MS_MAX = 5000;

/** Runs a program with `log` in a process of its own; it must end by itself, and soon after its last line. */
async function runToItsEnd(body: string, options: object = {}): Promise<void> {
  const settings = JSON.stringify({ source: "child", endpoint: server.endpoint, flushInterval: 3_600_000, ...options });
  const source = `import { createLogger } from ${JSON.stringify(pathToFileURL(packageEntry).href)};
const log = createLogger({ ...${settings}, onError() {}, onDrop() {} });
${body}
process.stdout.write("last line");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (output += text));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  try {
    await waitFor("the last line", () => output === "last line");
    const limit = new Promise<string>((resolve) => setTimeout(resolve, LINGERS_MS_MAX, "still there").unref());
    assert.equal(await Promise.race([ended, limit]), 0);
  } finally {
    child.kill("SIGKILL");
  }
}

test("a process that logs and closes has delivered, and ends", async () => {
  await runToItsEnd('log.info("a").error("b", new Error("c")); await log.close();');
  assert.deepEqual(arrived(server).map(({ message }) => message), ["a", "b"]);
});

test("a process that logs and flushes but never closes ends", async () => {
  await runToItsEnd('log.info("a"); await log.flush(); log.info("b"); await log.flush();');
  assert.equal(arrived(server).length, 2);
});

test("a process that awaits a flush gets its answer, over a backoff as well", async () => {
  server.script(answer(503), answer(503));
  await runToItsEnd('log.info("a"); if ((await log.flush()).delivered !== 1) throw new Error("not delivered");');
  assert.equal(server.received.length, 3);
});

test("a process whose entries wait for their interval ends", async () => {
  await runToItsEnd('log.info("a"); await log.flush(); log.info("b");');
});

test("a process that only makes a logger, or only logs, ends", async () => {
  await runToItsEnd("");
  await runToItsEnd('log.info("a");');
});

test("a process whose entries wait for another attempt ends", async () => {
  server.script(answer(503, {}, { "retry-after": "3000" }));
  await runToItsEnd('log.info("a"); await log.flush({ timeoutMs: 300 });');
  assert.equal(server.received.length, 1);
});

test("a process that closes while the receiver hangs ends when the request is given up", async () => {
  server.script(hang());
  await runToItsEnd('log.info("a"); await log.close({ timeoutMs: 100 });', { timeoutMs: 1000 });
});

test("a process that refuses our WebAssembly delivers all the same, and ends", async () => {
  // Only ours, which is asked for once: Node's own `fetch` wants one, too.
  const refuse = "const real = WebAssembly.Module; WebAssembly.Module = function () { WebAssembly.Module = real; throw new WebAssembly.CompileError('refused'); };";
  await runToItsEnd(`${refuse} log.info("a"); await log.flush(); if (log.stats().core !== "js") throw new Error("not as JavaScript");`);
  assert.deepEqual(arrived(server).map(({ message }) => message), ["a"]);
});
