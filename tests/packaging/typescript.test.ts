/** The newest TypeScript, which is newer than the one that this repository is checked with. Others: `tests/package/types.test.ts`. */
import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pack } from "../package/packed.js";
import { root } from "../support/paths.js";
import { type Project, project } from "./support/project.js";

const packed = pack();
const TSC = "typescript/bin/tsc";
const MODULES = ["consumer.ts", "slim.ts", "whole.ts", "worker.ts"];
const options = { target: "es2022", lib: ["es2022", "dom"], types: [], strict: true, exactOptionalPropertyTypes: true, noEmit: true };

/** A project with the fixtures, as it resolves modules. */
function consumer(module: string, moduleResolution: string, files: readonly string[]): Project {
  const made = project("typescript", packed.tarball);
  made.reset();
  for (const file of files) copyFileSync(join(root, "tests/package", file.replace(".", ".fixture.")), join(made.folder, file));
  const compilerOptions = { ...options, module, moduleResolution, skipLibCheck: false };
  writeFileSync(join(made.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  return made;
}

for (const [module, resolution, files] of [
  ["node16", "node16", MODULES],
  ["node16", "node16", ["required.cts"]],
  ["nodenext", "nodenext", MODULES],
  ["esnext", "bundler", MODULES],
] as const)
  test(`TypeScript 7, ${resolution}: ${files.join(" ")} compiles`, async () => {
    assert.equal(await consumer(module, resolution, files).build(TSC, "-p", "."), "");
  });

test("TypeScript 7: a wrong use does not compile", async () => {
  const { folder, build } = consumer("nodenext", "nodenext", ["consumer.ts"]);
  writeFileSync(join(folder, "consumer.ts"), 'import { createLogger } from "sapwood";\ncreateLogger({ source: 1 });\n');
  await assert.rejects(build(TSC, "-p", "."), /consumer\.ts\(2,16\): error TS2322/);
});
