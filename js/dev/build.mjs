/**
 * Builds the package `sapwood-dev` into js/dev/dist: the program (one file, `libsql` left outside), the page
 * beside it, and the licences.
 * Run as: node js/dev/build.mjs
 */
import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

await rm(path("dist"), { recursive: true, force: true });
await mkdir(path("dist/page"), { recursive: true });
await Promise.all([
  build({
    entryPoints: [path("src/cli.ts")],
    outfile: path("dist/cli.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["libsql"],
    logLevel: "warning",
  }),
  build({
    entryPoints: { page: path("src/page/page.ts") },
    outdir: path("dist/page"),
    bundle: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  }),
  build({
    entryPoints: { page: path("src/page/styles/page.css") },
    outdir: path("dist/page"),
    bundle: true,
    // `light-dark()` stays as it is: lowering it needs a class that the page does not set.
    target: "chrome123",
    logLevel: "warning",
  }),
  ...["index.html", "icon.svg"].map((file) => copyFile(path(`src/page/${file}`), path(`dist/page/${file}`))),
  ...["LICENSE-MIT", "LICENSE-APACHE"].map((file) => copyFile(path(`../../${file}`), path(`dist/${file}`))),
]);
await chmod(path("dist/cli.js"), 0o755);
