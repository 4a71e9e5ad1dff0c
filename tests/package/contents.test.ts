/** What is in the tarball, and what its `package.json` promises. */

import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pack, root, text } from "./packed.js";

const packed = pack();

interface Manifest {
  version: string;
  exports: Record<string, string | Record<string, string>>;
  [key: string]: unknown;
}
const manifest = JSON.parse(text(packed.folder, "package.json")) as Manifest;

test("the tarball holds the bundle, its types, the README and the licences, and nothing else", () => {
  assert.deepEqual(packed.files, [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "dist/index.js",
    "dist/persist.js",
    "package.json",
    "types/error.d.ts",
    "types/index.d.ts",
    "types/types.d.ts",
  ]);
});

test("the package has no dependencies and runs nothing when installed", () => {
  const risky = Object.keys(manifest).filter((key) => /dependencies$/i.test(key) || ["scripts", "bin", "gypfile"].includes(key));
  assert.deepEqual(risky, []);
});

test("exports names types first and default last", () => {
  assert.deepEqual(Object.keys(manifest.exports), [".", "./package.json"]);
  const entry = manifest.exports["."];
  assert.ok(typeof entry === "object");
  const conditions = Object.keys(entry);
  assert.equal(conditions[0], "types");
  assert.equal(conditions.at(-1), "default");
  for (const file of Object.values(entry)) assert.ok(packed.files.includes(file.replace("./", "")), file);
});

test("the package is an ES module free of side effects", () => {
  assert.equal(manifest["type"], "module");
  assert.equal(manifest["sideEffects"], false);
});

test("crate, package and bundle have one version", () => {
  const crate = /^version = "(.+)"$/m.exec(text(root, "Cargo.toml"))?.[1];
  assert.ok(crate);
  assert.equal(manifest.version, crate);
  assert.ok(text(packed.folder, "dist/index.js").includes(`"${crate}"`), "the bundle says which version it is");
});

test("no shipped file holds a path of the machine that built it", () => {
  for (const file of packed.files) {
    const contents = text(packed.folder, file);
    for (const folder of [root, homedir()]) assert.ok(!contents.includes(`${folder}/`), `${file} holds ${folder}/`);
  }
  // Inside the inlined core, where the form of the text would hide it, `cargo xtask build` looks itself.
});

test("both licences are whole", () => {
  assert.match(text(packed.folder, "LICENSE-MIT"), /Permission is hereby granted[^]*IN NO EVENT/);
  assert.match(text(packed.folder, "LICENSE-APACHE"), /Apache License\s+Version 2\.0[^]*END OF TERMS AND CONDITIONS/);
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) assert.equal(text(packed.folder, name), text(join(root, name)));
});
