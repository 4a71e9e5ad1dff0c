/** `sapwood/slim` in a process: it ends as with `sapwood`. (On an edge: overlap.test.ts.) */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { pack } from "../package/packed.js";
import { Receiver } from "../wasm/support/receiver.js";

const packed = pack();
let receiver: Receiver;
before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.close());

test("a process that ends by itself delivers first, and withContext reaches across await", async () => {
  const file = join(packed.project, "slim.mjs");
  const source = `
    import { readFileSync } from "node:fs";
    import { createLogger } from "sapwood/slim";
    const core = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve("sapwood/core.wasm"))));
    const log = createLogger({ source: "slim", endpoint: process.argv[2] }, core);
    await log.withContext({ job: 7 }, async () => { await null; log.info("at the end"); });`;
  writeFileSync(file, source);
  await promisify(execFile)(process.execPath, [file, receiver.endpoint], { cwd: packed.project, timeout: 30_000 });
  const entries = receiver.received.flatMap(({ logs }) => logs);
  assert.deepEqual(entries.map(({ message, context }) => [message, context]), [["at the end", { job: 7 }]]);
});
