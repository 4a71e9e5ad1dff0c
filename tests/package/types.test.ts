/** The declarations compile for a user: under the oldest and the newest TypeScript, as each kind of project resolves them. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pack, root, run, text } from "./packed.js";

const packed = pack();
const compilers = { "5.2": "typescript-5.2", newest: "typescript" };
/** A project without and with the library that declares disposal, whose symbols the package must not break. */
const plain = { lib: ["es2022", "dom"], files: ["consumer.ts", "slim.ts", "whole.ts", "worker.ts"] };
const disposal = { lib: ["es2022", "dom", "esnext.disposable"], files: ["consumer.ts", "using.ts"] };
/** The kinds of projects. */
const projects = [
  { module: "node16", moduleResolution: "node16", ...plain },
  { module: "node16", moduleResolution: "node16", lib: ["es2022", "dom"], files: ["required.cts"] },
  { module: "nodenext", moduleResolution: "nodenext", ...disposal },
  { module: "esnext", moduleResolution: "bundler", ...plain },
  { module: "esnext", moduleResolution: "bundler", ...disposal },
];

for (const name of ["consumer.ts", "slim.ts", "whole.ts", "worker.ts", "using.ts", "required.cts"]) {
  writeFileSync(join(packed.project, name), text(root, `tests/package/${name.replace(".", ".fixture.")}`));
}

interface Project {
  module: string;
  moduleResolution: string;
  lib: readonly string[];
  files: readonly string[];
}

function compile(compiler: string, { files, ...resolution }: Project) {
  const options = {
    ...{ target: "es2022", types: [], ...resolution },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
    ...{ skipLibCheck: false, noEmit: true },
  };
  writeFileSync(join(packed.project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files }));
  return run(process.execPath, [join(root, "node_modules", compiler, "bin/tsc"), "-p", "."], packed.project);
}

for (const [name, compiler] of Object.entries(compilers))
  for (const project of projects)
    test(`a consumer compiles: TypeScript ${name}, ${project.moduleResolution}, ${project.lib.join(" ")}, ${project.files.join(" ")}`, () => {
      const { status, output } = compile(compiler, project);
      assert.equal(status, 0, output);
    });

test("a wrong use does not compile", () => {
  writeFileSync(join(packed.project, "wrong.ts"), 'import { createLogger } from "sapwood";\ncreateLogger({ source: 1 });\n');
  const { status, output } = compile("typescript", { module: "nodenext", moduleResolution: "nodenext", ...plain, files: ["wrong.ts"] });
  assert.notEqual(status, 0);
  assert.match(output, /wrong\.ts\(2,16\): error TS2322/);
});
