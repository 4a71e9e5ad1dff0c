/**
 * Vercel's edge, by the runtime that Vercel publishes for tests: the scenarios, and the wrapper. The core is a module that the platform
 * compiled; the bundler's part of that, a global for each `*.wasm?module`, is done here.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { pack } from "../package/packed.js";
import { root } from "../support/paths.js";
import { Receiver } from "../wasm/support/receiver.js";
import type { Outcomes } from "../runtimes/scenarios/scenarios.js";
import { installed } from "../runtimes/support/install.js";
import { judgeAll, prepare } from "../runtimes/support/judge.js";

interface EdgeRuntime {
  dispatchFetch(url: string): Promise<Response & { waitUntil(): Promise<unknown[]> }>;
}
interface EdgePackage {
  readonly EdgeRuntime: new (options: { initialCode: string; extend(context: object): object }) => EdgeRuntime;
}

const packed = pack();
let receiver: Receiver;
let runtime: EdgeRuntime;
before(async () => {
  receiver = await Receiver.start();
  const { EdgeRuntime } = (await import(pathToFileURL(join(installed("edge"), "node_modules/edge-runtime/dist/index.js")).href)) as EdgePackage;
  const core = new WebAssembly.Module(readFileSync(join(packed.folder, "dist/core.wasm")));
  runtime = new EdgeRuntime({ initialCode: await bundle(), extend: (context) => Object.assign(context, { CORE: core }) });
});
after(() => receiver.close());
beforeEach(() => receiver.reset());

const compiled: Plugin = {
  name: "compiled",
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "compiled" }));
    build.onLoad({ filter: /.*/, namespace: "compiled" }, () => ({ contents: "export default CORE;" }));
  },
};

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "tests/runtimes/scenarios/edge.ts")],
    bundle: true,
    format: "iife",
    target: "es2022",
    conditions: ["edge-light", "worker", "browser"],
    nodePaths: [join(packed.project, "node_modules")],
    plugins: [compiled],
    write: false,
    tsconfigRaw: {},
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

const address = (path: string): string => `http://function.invalid${path}?endpoint=${encodeURIComponent(receiver.endpoint)}`;

test("edge-runtime: the scenarios", async (t) => {
  prepare(receiver);
  const response = await runtime.dispatchFetch(address("/scenarios"));
  await judgeAll(t, "edge-runtime", (await response.json()) as Outcomes, receiver);
});

test("edge-runtime: the wrapper gives a function's request its logger, and one request of ours after the answer", async () => {
  const response = await runtime.dispatchFetch(address("/order"));
  assert.equal(await response.text(), "/order");
  await response.waitUntil();
  assert.equal(receiver.received.length, 1);
  const entries = receiver.received[0]!.logs;
  assert.deepEqual(entries.map(({ message }) => message), ["In the function", "GET /order 200", "After the answer"]);
  const { http } = entries[0]!.context as { http: { method: string; path: string } };
  assert.deepEqual([http.method, http.path], ["GET", "/order"]);
});
