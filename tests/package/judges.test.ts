/** Two programs that nobody here wrote judge the tarball, and both can say no. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bin, pack, root, run, text, type Ran } from "./packed.js";

const packed = pack();

function publint(tarball: string): Ran {
  return run(bin("publint"), ["run", tarball, "--strict"], root);
}

function attw(tarball: string, ...more: readonly string[]): Ran {
  return run(bin("attw"), [tarball, ...more, "--no-emoji", "--no-color"], root);
}

/** All entries as ES modules; and the main one as `require` gets it, too. */
const ES_MODULES = ["--profile", "esm-only"];
const MAIN = ["--profile", "node16", "--entrypoints", "."];

/** The same package with an entry that leads nowhere. */
function broken(): string {
  const copy = join(packed.project, "broken/package");
  mkdirSync(copy, { recursive: true });
  cpSync(packed.folder, copy, { recursive: true });
  const manifest = text(copy, "package.json").replaceAll("./dist/index.js", "./dist/absent.js").replaceAll("./types/index.d", "./types/absent.d");
  writeFileSync(join(copy, "package.json"), manifest);
  const tarball = join(packed.project, "broken.tgz");
  execFileSync("tar", ["-czf", tarball, "-C", join(packed.project, "broken"), "package"]);
  return tarball;
}

test("publint finds nothing, and finds a missing entry", () => {
  const good = publint(packed.tarball);
  assert.equal(good.status, 0, good.output);
  assert.match(good.output, /All good!/);
  assert.notEqual(publint(broken()).status, 0);
});

for (const options of [ES_MODULES, MAIN])
  test(`attw ${options.join(" ")} finds no wrong types, and finds missing ones`, () => {
    const good = attw(packed.tarball, ...options);
    assert.equal(good.status, 0, good.output);
    assert.notEqual(attw(broken(), ...options).status, 0);
  });
