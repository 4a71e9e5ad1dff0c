/**
 * The tests of a runtime that is a process. Owns: the scripts, which import the installed package by its name and so by the conditions
 * of the runtime; nothing is bundled into them but the scenarios.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import { pack } from "../../package/packed.js";
import { hang } from "../../support/behaviours.js";
import { root } from "../../support/paths.js";
import { waitFor } from "../../support/wait.js";
import { Receiver } from "../../wasm/support/receiver.js";
import type { Outcomes } from "../scenarios/scenarios.js";
import { judgeAll, prepare, type Runtime as Name } from "./judge.js";

/** How a runtime runs a file: the program and what stands before the file. */
export interface Runtime {
  readonly name: Name;
  readonly command: () => readonly [program: string, ...flags: string[]];
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

const LOGGER = `
import { createLogger } from "sapwood";
const endpoint = globalThis.process.argv.at(-1);
const log = createLogger({ source: "exit", endpoint, onError() {}, onDrop() {} });
`;

export function processTests({ name, command }: Runtime): void {
  const packed = pack();
  let receiver: Receiver;
  before(async () => {
    receiver = await Receiver.start();
  });
  after(() => receiver.close());
  beforeEach(() => receiver.reset());

  let files = 0;
  /** Writes a script into the project that has the package installed. */
  const script = (source: string): string => {
    const file = join(packed.project, `script${(files += 1)}.mjs`);
    writeFileSync(file, source);
    return file;
  };
  const run = (file: string, endpoint = receiver.endpoint): Promise<Ended> =>
    new Promise((resolve) => {
      const [program, ...flags] = command();
      const child = execFile(program, [...flags, file, endpoint], { cwd: packed.project, timeout: 60_000 }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, signal: child.signalCode, output: stdout + stderr }),
      );
    });
  const arrived = (): unknown[] => receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message));

  test(`${name}: the scenarios`, async (t) => {
    mkdirSync(packed.project, { recursive: true });
    const outfile = join(packed.project, "scenarios.mjs");
    const entryPoints = [join(root, "tests/runtimes/scenarios/process.ts")];
    buildSync({ entryPoints, outfile, bundle: true, format: "esm", external: ["sapwood"], tsconfigRaw: {}, logLevel: "warning" });
    prepare(receiver);
    const { code, output } = await run(outfile);
    assert.equal(code, 0, output);
    const outcomes = JSON.parse(output) as Outcomes;
    await judgeAll(t, name, outcomes, receiver);
  });

  test(`${name}: a process that ends by itself delivers first, and nothing of the logger keeps it`, async () => {
    const { code, output } = await run(script(`${LOGGER} log.info("at the end");`));
    assert.deepEqual([code, output, arrived()], [0, "", ["at the end"]]);
  });

  test(`${name}: an endpoint that never answers does not keep the process`, async () => {
    receiver.script(hang(), hang());
    const began = performance.now();
    const { code, output } = await run(script(`${LOGGER} log.info("never answered");`));
    assert.equal(code, 0, output);
    // The one request's own time, and no further attempt.
    assert.ok(performance.now() - began < 20_000);
    assert.deepEqual(arrived(), ["never answered"]);
  });

  /** Sends a signal to a process that waits; how it ended. */
  const signalled = async (source: string): Promise<Ended> => {
    const [program, ...flags] = command();
    const child = spawn(program, [...flags, script(source), receiver.endpoint], { cwd: packed.project, stdio: ["ignore", "pipe", "inherit"] });
    const lines: string[] = [];
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, output: lines.join("\n") })),
    );
    await new Promise<void>((resolve) =>
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line);
        if (line === "ready") resolve();
      }),
    );
    child.kill("SIGTERM");
    return ended;
  };
  const WAITING = `setInterval(() => {}, 1000); console.log("ready");`;

  test(`${name}: a signal ends the process as it would without us, a flush later`, async () => {
    const { code, signal } = await signalled(`${LOGGER} log.info("before the signal"); ${WAITING}`);
    assert.deepEqual([code, signal], [null, "SIGTERM"]);
    await waitFor("the entry", () => arrived().length > 0);
    assert.deepEqual(arrived(), ["before the signal"]);
  });

  test(`${name}: who listens for a signal decides alone`, async () => {
    const own = `process.on("SIGTERM", () => setTimeout(() => { console.log("mine"); process.exit(7); }, 3000));`;
    const { code, output } = await signalled(`${LOGGER} import process from "node:process"; ${own} log.info("kept"); ${WAITING}`);
    assert.deepEqual([code, output], [7, "ready\nmine"]);
    assert.deepEqual(arrived(), ["kept"]);
  });

  test(`${name}: withContext reaches across await, and no further`, async () => {
    const source = `${LOGGER}
      const child = log.child({ part: "b" });
      const work = async (n) => log.withContext({ n, deep: { a: n } }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 10 - n));
        log.info("root " + n);
        child.info("child " + n);
        log.withContext({ deep: { b: 1 } }, () => log.info("nested " + n));
      });
      await Promise.all([work(1), work(2)]);
      log.info("outside");
      await log.close();`;
    const { code, output } = await run(script(source));
    assert.equal(code, 0, output);
    const entries = receiver.received.flatMap(({ logs }) => logs);
    const contextOf = (message: string): unknown => entries.find((entry) => entry.message === message)?.context;
    for (const n of [1, 2]) {
      assert.deepEqual(contextOf(`root ${n}`), { n, deep: { a: n } });
      assert.deepEqual(contextOf(`child ${n}`), { n, deep: { a: n }, part: "b" });
      assert.deepEqual(contextOf(`nested ${n}`), { n, deep: { a: n, b: 1 } });
    }
    assert.equal(contextOf("outside"), undefined);
  });

  const CAPTURING = LOGGER.replace("onError()", "captureErrors: true, onError()");

  for (const [what, source, origin] of [
    ["an exception that nobody catches", `setTimeout(() => { throw new TypeError("crash"); });`, "error"],
    ["a rejection that nobody handles", `void Promise.reject(new TypeError("crash"));`, "unhandledrejection"],
  ] as const) {
    test(`${name}: ${what} is logged, and ends the process as it would without us, a flush later`, async () => {
      const without = await run(script(`import "node:process"; ${source} ${WAITING}`));
      const { code, signal, output } = await run(script(`${CAPTURING} log.info("before"); ${source} ${WAITING}`));
      assert.deepEqual([code, signal], [without.code, without.signal]);
      assert.ok(code, "it has failed");
      for (const said of [without.output, output]) assert.match(said, /TypeError: crash/);
      assert.deepEqual(arrived(), ["before", "crash"]);
      const entry = receiver.received.at(-1)!.logs.at(-1)!;
      assert.deepEqual([entry.level, entry.errorName, entry["origin"]], ["error", "TypeError", origin]);
    });
  }

  test(`${name}: who listens for uncaught exceptions decides alone, and the exception is logged`, async () => {
    const own = `process.on("uncaughtException", ({ message }) => console.log("mine:", message)); setTimeout(() => { throw new Error("survived"); });`;
    const { code, output } = await run(script(`import process from "node:process"; ${CAPTURING} ${own}`));
    assert.deepEqual([code, output.trim()], [0, "mine: survived"]);
    assert.deepEqual(arrived(), ["survived"]);
  });
}
