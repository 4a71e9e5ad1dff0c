/** Deno: the scenarios and what is promised of a process, with its rights and without the one to run others. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pack } from "../package/packed.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import { installed } from "../runtimes/support/install.js";
import { processTests } from "../runtimes/support/processes.js";

const program = join(installed("deno"), "node_modules", "deno/deno");
processTests({ name: "Deno", command: () => [program, "run", "--allow-all", "--node-modules-dir=manual"] });

test("Deno: a signal ends a process without --allow-run, a flush later, and rejects nowhere", async (t) => {
  const { project } = pack();
  const receiver = await Receiver.start();
  t.after(() => receiver.close());
  const file = join(project, "denied.mjs");
  writeFileSync(file, `import { createLogger } from "sapwood";
    createLogger({ source: "denied", endpoint: Deno.args[0], onError() {}, onDrop() {} }).info("before the signal");
    setInterval(() => {}, 1000);
    console.log("ready");`);
  const flags = ["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-env", "--node-modules-dir=manual"];
  const child = spawn(program, [...flags, file, receiver.endpoint], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += String(bytes)));
  const ended = new Promise<unknown[]>((resolve) => child.once("close", (...how) => resolve(how)));
  await waitFor("the process", () => said.includes("ready"));
  child.kill("SIGTERM");
  assert.deepEqual([await ended, said.trim()], [[null, "SIGTERM"], "ready"]);
  assert.deepEqual(receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message)), ["before the signal"]);
});
