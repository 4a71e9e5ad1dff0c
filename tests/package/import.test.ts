/** The installed package does what the README shows, imported as a user imports it. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pack, run } from "./packed.js";

const packed = pack();

/** Runs an ES module in the project that has the package installed; what it printed, as JSON. */
function inProject(source: string): unknown {
  const file = join(packed.project, "user.mjs");
  writeFileSync(file, source);
  const { status, output } = run(process.execPath, [file], packed.project);
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
