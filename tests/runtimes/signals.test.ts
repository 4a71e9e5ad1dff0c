/** Signals in a process where others count listeners as well: a second copy of the package, `signal-exit`; and a signal that comes twice. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";
import { pack } from "../package/packed.js";
import { hang } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { installed } from "./support/install.js";

const packed = pack();
cpSync(packed.folder, join(packed.project, "node_modules/sapwood-copy"), { recursive: true });
const signalExit = (name: string, file: string): string => pathToFileURL(join(installed("signals"), "node_modules", name, file)).href;

let receiver: Receiver;
before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.close());
beforeEach(() => receiver.reset());

const arrived = (): unknown[] => receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message));

const OPTIONS = `{ source: "signals", endpoint: process.argv[2], onError() {}, onDrop() {} }`;
const ONE = `import { createLogger } from "sapwood"; createLogger(${OPTIONS}).info("one");`;
const COPY = `import { createLogger as copied } from "sapwood-copy"; copied(${OPTIONS}).info("two");`;
const WAITING = `setInterval(() => {}, 1000); console.log("ready");`;

let files = 0;
/** A process that waits; its lines, and how it ended. */
async function waiting(source: string): Promise<{ child: ChildProcess; lines: string[]; ended: Promise<unknown[]> }> {
  const file = join(packed.project, `signals${(files += 1)}.mjs`);
  writeFileSync(file, `${source} ${WAITING}`);
  const child = spawn(process.execPath, [file, receiver.endpoint], { cwd: packed.project, stdio: ["ignore", "pipe", "inherit"] });
  // One that outlives its test is ended, and the test fails by how it ended.
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => lines.push(line));
  const ended = new Promise<unknown[]>((resolve) =>
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve([code, signal]);
    }),
  );
  await waitFor("the process", () => lines.includes("ready"));
  return { child, lines, ended };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`two copies of the package deliver, and ${signal} ends the process`, async () => {
    const { child, ended } = await waiting(ONE + COPY);
    child.kill(signal);
    assert.deepEqual(await ended, [null, signal]);
    assert.deepEqual(arrived().sort(), ["one", "two"]);
  });
}

for (const [name, file, imported] of [["signal-exit", "dist/mjs/index.js", "{ onExit }"], ["signal-exit-3", "index.js", "onExit"]] as const) {
  test(`beside ${name} a signal delivers, runs its hook and ends the process`, async () => {
    const hook = `import ${imported} from ${JSON.stringify(signalExit(name, file))}; onExit(() => console.log("hook"));`;
    const { child, lines, ended } = await waiting(ONE + COPY + hook);
    child.kill("SIGTERM");
    assert.deepEqual([await ended, lines], [[null, "SIGTERM"], ["ready", "hook"]]);
    assert.deepEqual(arrived().sort(), ["one", "two"]);
  });
}

test("a second signal ends at once what still waits for an answer", async () => {
  receiver.script(hang(), hang());
  const { child, ended } = await waiting(ONE + COPY);
  child.kill("SIGINT");
  await waitFor("the flush of both", () => receiver.received.length === 2);
  const began = performance.now();
  child.kill("SIGINT");
  assert.deepEqual(await ended, [null, "SIGINT"]);
  // The flush itself would go on for five seconds.
  assert.ok(performance.now() - began < 4000, `${performance.now() - began} ms`);
});

test("a signal ends the process although its last logger was closed meanwhile", async () => {
  receiver.script(hang());
  const closing = ONE.replace("createLogger(", "const log = createLogger(").replace(").info", "); log.info");
  const { child, ended } = await waiting(`${closing} process.on("SIGUSR2", () => log.close({ timeoutMs: 0 }));`);
  child.kill("SIGTERM");
  await waitFor("the flush", () => receiver.received.length === 1);
  child.kill("SIGUSR2");
  // It would wait for ever.
  assert.deepEqual(await ended, [null, "SIGTERM"]);
});

test("a process that may not send itself a signal ends by the code of one, and rejects nowhere", async () => {
  const denied = `process.kill = () => { throw new Error("denied"); }; process.on("unhandledRejection", () => console.log("rejected"));`;
  const { child, lines, ended } = await waiting(ONE + denied);
  child.kill("SIGTERM");
  assert.deepEqual([await ended, lines, arrived()], [[143, null], ["ready"], ["one"]]);
});

test("whoever else listens decides alone, with two copies too", async () => {
  const own = `process.on("SIGTERM", () => setTimeout(() => process.exit(7), 1500));`;
  const { child, ended } = await waiting(ONE + COPY + own);
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [7, null]);
  assert.deepEqual(arrived().sort(), ["one", "two"]);
});

test("two copies of the package deliver what nobody catches, and the process ends of it", async () => {
  const capturing = (ONE + COPY).replaceAll("onError() {}", "captureErrors: true, onError() {}");
  const { ended } = await waiting(`${capturing} setTimeout(() => { throw new Error("nobody catches it"); }, 200);`);
  assert.deepEqual(await ended, [1, null]);
  assert.deepEqual(arrived().sort(), ["nobody catches it", "nobody catches it", "one", "two"].sort());
});
