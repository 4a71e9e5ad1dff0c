/**
 * Bundles the package `sapwood` into pkg/dist. Run as: node js/build.mjs <folder>
 *
 * `index.js` is one file with everything that a page needs at once; two more are loaded on demand. The entries of servers and edges share files:
 * the façade (`shared.js`), the inlined core (`core.js`). The private names are shortened the same way in all files.
 */
import { copyFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { basename, join } from "node:path";
import { build } from "esbuild";

const source = fileURLToPath(new URL("src/", import.meta.url));
const folder = process.argv[2];

/** Sources that are files of their own in the package, with the names that they have there. */
const FILES = new Map(
  [
    ["shared.ts", "shared"],
    ["entry/core-script.ts", "core-script"],
    ["persist.ts", "persist"],
    ["entry/core.ts", "core"],
    ["entry/core-workerd.ts", "core-workerd"],
    ["entry/core-edge-light.ts", "core-edge-light"],
    ["worker/with-sapwood.ts", "with-sapwood"],
  ].map(([path, name]) => [join(source, path), name]),
);
/** What `shared.js` gives to the others under the same names. */
const IN_SHARED = ["error.ts", "../generated/glue.js"].map((path) => join(source, path));
/** The entries that share them. */
const ENTRIES = [
  ...["entry/node.ts", "entry/server.ts", "entry/workerd.ts", "entry/edge-light.ts", "slim.ts"],
  ...["static.ts", "entry/static-server.ts", "worker.ts", "entry/worker-workerd.ts", "entry/worker-edge-light.ts"],
];

const options = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // Our private names begin with one underscore; two are left to the language (`__proto__`).
  mangleProps: /^_[^_]/,
  legalComments: "none",
  logLevel: "warning",
  external: ["node:*"],
};

/** Leaves what is a file of its own outside of the file `own`; `only`: no more than these. */
const separate = (own, only) => ({
  name: "separate",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/core\.wasm/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      const file = join(resolveDir, path);
      const name = !only && IN_SHARED.some((path) => path === file || path === typeScript(file)) ? "shared" : FILES.get(typeScript(file));
      if (only && !only.some((path) => join(source, path) === typeScript(file))) return undefined;
      return kind === "entry-point" || !name || name === own ? undefined : { path: `./${name}.js`, external: true };
    });
  },
});

/** The source that an import of `file` means. */
const typeScript = (file) => file.replace(/\.js$/, ".ts");

let mangleCache = {};
/** Builds one file; the private names are what they are in those before. */
async function file(path, name, more) {
  const outfile = join(folder, name);
  const built = await build({ ...options, entryPoints: [path], outfile, plugins: [separate(basename(name, ".js"))], mangleCache, ...more });
  mangleCache = built.mangleCache;
}

/** Only what is loaded on demand is a file of its own for what else holds everything. */
const ON_DEMAND = ["entry/core-script.ts", "persist.ts"];
const whole = { plugins: [separate(undefined, ON_DEMAND)] };

await rm(folder, { recursive: true, force: true });
await file(join(source, "index.ts"), "index.js", whole);
for (const path of ON_DEMAND) await file(join(source, path), `${basename(path, ".ts")}.js`, whole);
await file(join(source, "script.ts"), "script.js", whole);
// Node before 20.19 and 22.12 cannot `require` an ES module.
await file(join(source, "entry/node.ts"), "node.cjs", { ...whole, format: "cjs", platform: "node" });
for (const [path, name] of FILES) if (!ON_DEMAND.some((one) => join(source, one) === path)) await file(path, `${name}.js`);
for (const entry of ENTRIES) await file(join(source, entry), `${basename(entry, ".ts")}.js`);
await copyFile(join(source, "../generated/sapwood_bg.wasm"), join(folder, "core.wasm"));
