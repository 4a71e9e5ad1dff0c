/** The installed package does what the README shows, imported as a user imports it. */

import assert from "node:assert/strict";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pack, run } from "./packed.js";

const packed = pack();

/** Runs a module in the project that has the package installed; what it printed, as JSON. */
function inProject(source: string, name = "user.mjs", ...flags: readonly string[]): unknown {
  const file = join(packed.project, name);
  writeFileSync(file, source);
  const { status, output } = run(process.execPath, [...flags, file], packed.project);
  assert.equal(status, 0, output);
  return JSON.parse(output);
}

test("importing the package exports two names and touches no global", () => {
  const seen = inProject(`
    const before = Reflect.ownKeys(globalThis).length;
    const names = Object.keys(await import("sapwood"));
    console.log(JSON.stringify({ names, globals: Reflect.ownKeys(globalThis).length - before }));`);
  assert.deepEqual(seen, { names: ["SapwoodError", "createLogger"], globals: 0 });
});

test("a logger without an endpoint works, ends, and counts what it was given", () => {
  const seen = inProject(`
    import { createLogger } from "sapwood";
    const problems = [];
    const log = createLogger({ source: "shop", onError: ({ code }) => problems.push(code), onDrop() {} });
    log.info("Order placed", { total: 99.99 }).debug("second");
    await log.close();
    const { accepted, dropped } = log.stats();
    console.log(JSON.stringify({ accepted, dropped, problems }));`);
  assert.deepEqual(seen, { accepted: 2, dropped: { not_configured: 2 }, problems: ["not_configured"] });
});

test("a wrong configuration throws a SapwoodError that names the field", () => {
  const seen = inProject(`
    import { createLogger, SapwoodError } from "sapwood";
    try { createLogger({ source: "shop", batchSize: 0 }); }
    catch (error) { console.log(JSON.stringify([error instanceof SapwoodError, error.code, error.field])); }`);
  assert.deepEqual(seen, [true, "invalid_option", "batchSize"]);
});

const REQUIRED = `
  const { createLogger, SapwoodError } = require("sapwood");
  const log = createLogger({ source: "shop", onError() {}, onDrop() {} });
  log.info("Order placed");
  try { createLogger({}); } catch (error) { log.close().then(() => {
    console.log(JSON.stringify([error instanceof SapwoodError, log.stats().accepted]));
  }); }`;

test("require works, in a Node that requires ES modules and in one that does not", () => {
  assert.deepEqual(inProject(REQUIRED, "user.cjs"), [true, 1]);
  assert.deepEqual(inProject(REQUIRED, "user.cjs", "--no-experimental-require-module"), [true, 1]);
});

/** A flow, delivered to a receiver of its own; by the package of that name. */
const delivering = (load: string): string => `
  const { createServer } = await import("node:http");
  const bodies = [];
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part)).on("end", () => {
      bodies.push(Buffer.concat(parts));
      response.end('{"count":2}');
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { createLogger } = ${load};
  const log = createLogger({ source: "shop", endpoint: "http://127.0.0.1:" + server.address().port + "/v1/logs", compress: false });
  log.flow("checkout").info("Order placed").ok();
  const { delivered } = await log.close();
  server.close();
  const { logs } = JSON.parse(String(bodies[0]));
  console.log(JSON.stringify([delivered, logs.map(({ message }) => message)]));`;
const DELIVERED = [2, ["Order placed", "Flow checkout: ok"]];
const common = (name: string): string => `(async () => {${delivering(`require("${name}")`)}})();`;

test("a flow is delivered by import and by require, and not where the import is broken", () => {
  assert.deepEqual(inProject(delivering(`await import("sapwood")`), "deliver.mjs"), DELIVERED);
  for (const flag of ["--no-experimental-require-module", "--no-warnings"]) assert.deepEqual(inProject(common("sapwood"), "deliver.cjs", flag), DELIVERED);
  // The same package, but for the file that its condition names.
  for (const [entry, source, file] of [["node.js", delivering(`await import("broken")`), "broken.mjs"], ["node.cjs", common("broken"), "broken.cjs"]] as const) {
    const copy = join(packed.project, "node_modules/broken");
    cpSync(packed.folder, copy, { recursive: true });
    rmSync(join(copy, "dist", entry));
    assert.throws(() => inProject(source, file, "--no-experimental-require-module"), /ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND/);
    rmSync(copy, { recursive: true });
  }
});

test("where ES modules can be required, require and import give one and the same module", () => {
  const source = `
    const required = require("sapwood");
    import("sapwood").then((imported) => console.log(JSON.stringify(imported.createLogger === required.createLogger)));`;
  assert.equal(inProject(source, "user.cjs"), true);
});

test("sapwood/slim delivers over a core that the application brings, and asks again for one that it could not get", () => {
  const seen = inProject(`
    import { readFile } from "node:fs/promises";
    import { createServer } from "node:http";
    import { createLogger } from "sapwood/slim";
    const server = createServer((request, response) => request.resume().on("end", () => response.end('{"count":1}')));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = \`http://127.0.0.1:\${server.address().port}/v1/logs\`;
    const file = new URL(import.meta.resolve("sapwood/core.wasm"));
    const problems = [];
    const options = { source: "shop", endpoint, onError: ({ code }) => problems.push(code) };
    let asked = 0;
    const getting = createLogger(options, async () => {
      if (!asked++) throw new Error("offline");
      return WebAssembly.compile(await readFile(file));
    });
    const first = await getting.info("one").flush();
    const second = await getting.flush();
    const bringing = createLogger(options, new WebAssembly.Module(await readFile(file)));
    const third = await bringing.info("two").close();
    await getting.close();
    server.close();
    console.log(JSON.stringify({ first: first.pending, second: second.delivered, third: third.delivered, asked, problems }));`);
  assert.deepEqual(seen, { first: 1, second: 1, third: 1, asked: 2, problems: ["core_unavailable"] });
});
