/** What is in the tarball, and what its `package.json` promises. */

import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pack, root, text } from "./packed.js";

const packed = pack();

interface Manifest {
  version: string;
  exports: Record<string, Target>;
  [key: string]: unknown;
}
/** A file, or a choice by condition. */
type Target = string | { readonly [condition: string]: Target };
const manifest = JSON.parse(text(packed.folder, "package.json")) as Manifest;

test("the tarball holds the bundles, the core, the types, the README and the licences, and nothing else", () => {
  assert.deepEqual(packed.files, [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "dist/core-edge-light.js",
    "dist/core-script.js",
    "dist/core-workerd.js",
    "dist/core.js",
    "dist/core.wasm",
    "dist/edge-light.js",
    "dist/index.js",
    "dist/node.cjs",
    "dist/node.js",
    "dist/persist.js",
    "dist/script.js",
    "dist/server.js",
    "dist/shared.js",
    "dist/slim.js",
    "dist/static-server.js",
    "dist/static.js",
    "dist/with-sapwood.js",
    "dist/worker-edge-light.js",
    "dist/worker-workerd.js",
    "dist/worker.js",
    "dist/workerd.js",
    "package.json",
    "types/core.d.ts",
    "types/error.d.cts",
    "types/error.d.ts",
    "types/index.d.cts",
    "types/index.d.ts",
    "types/script.d.ts",
    "types/slim.d.ts",
    "types/static.d.ts",
    "types/types-options.d.cts",
    "types/types-options.d.ts",
    "types/types.d.cts",
    "types/types.d.ts",
    "types/worker.d.ts",
  ]);
});

test("the package has no dependencies and runs nothing when installed", () => {
  const risky = Object.keys(manifest).filter((key) => /dependencies$/i.test(key) || ["scripts", "bin", "gypfile"].includes(key));
  assert.deepEqual(risky, []);
});

/** The files that an entry of `exports` may lead to, each with the conditions on its way. */
function leaves(target: Target, way: readonly string[] = []): { file: string; way: readonly string[] }[] {
  if (typeof target === "string") return [{ file: target.replace("./", ""), way }];
  return Object.entries(target).flatMap(([condition, next]) => leaves(next, [...way, condition]));
}

test("exports name types first and default last, and every runtime", () => {
  assert.deepEqual(Object.keys(manifest.exports), [".", "./slim", "./js", "./static", "./worker", "./core.wasm", "./package.json"]);
  for (const [name, entry] of Object.entries(manifest.exports)) {
    for (const { file } of leaves(entry)) assert.ok(packed.files.includes(file), `${name}: ${file}`);
    if (typeof entry === "string") continue;
    const conditions = Object.keys(entry);
    assert.deepEqual([conditions[0], conditions.at(-1)], ["types", "default"], name);
  }
  const runtimes = ["types", "workerd", "edge-light", "deno", "bun", "browser", "node", "module-sync", "default"];
  assert.deepEqual(Object.keys(manifest.exports["."] as object), runtimes);
});

test("every file of the bundles is reached by some entry, and nothing but Node's entry imports from node:", () => {
  const imports = /(?:from|import|require)\s*\(?\s*"([^"]+)"/g;
  const reached = new Set<string>();
  const reach = (file: string): void => {
    if (reached.has(file) || !file.startsWith("dist/")) return;
    reached.add(file);
    if (file.endsWith(".wasm")) return;
    for (const [, specifier = ""] of text(packed.folder, file).matchAll(imports)) {
      if (specifier.startsWith("./")) reach(`dist/${specifier.slice(2).replace("?module", "")}`);
      else assert.ok(/^dist\/node\.c?js$/.test(file) && specifier.startsWith("node:"), `${file} imports ${specifier}`);
    }
  };
  for (const entry of Object.values(manifest.exports)) leaves(entry).forEach(({ file }) => reach(file));
  assert.deepEqual([...reached].sort(), packed.files.filter((file) => file.startsWith("dist/")));
});

test("the package is an ES module free of side effects", () => {
  assert.equal(manifest["type"], "module");
  assert.equal(manifest["sideEffects"], false);
});

test("crate, package and bundles have one version", () => {
  const crate = /^version = "(.+)"$/m.exec(text(root, "Cargo.toml"))?.[1];
  assert.ok(crate);
  assert.equal(manifest.version, crate);
  for (const file of ["index.js", "shared.js", "node.cjs"]) {
    assert.ok(text(packed.folder, "dist", file).includes(`"${crate}"`), `${file} says which version it is`);
  }
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
