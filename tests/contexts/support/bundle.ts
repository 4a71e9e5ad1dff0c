/**
 * What runs inside of a browser, as text. Owns: the two ways in which an application comes to the package: by the browser's own imports,
 * or in one file that a bundler made.
 */
import { join } from "node:path";
import { buildSync } from "esbuild";
import { root } from "../../support/paths.js";

/** The package's entries: their files in the build, and where pages load them. */
const ENTRIES = {
  sapwood: ["index.js", "/sapwood.js"],
  "sapwood/js": ["script.js", "/script.js"],
} as const;
export type EntryPoint = keyof typeof ENTRIES;

/** `module`: the package is imported, from where the server has it; `classic`: it is inside. */
export type Kind = "module" | "classic";

/** A file of `tests/contexts/inside`; `entry` is what it gets for `"sapwood"`. */
export function bundle(name: string, kind: Kind = "module", entry: EntryPoint = "sapwood"): string {
  const [file, address] = ENTRIES[entry];
  const isModule = kind === "module";
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "tests/contexts/inside", name)],
    bundle: true,
    write: false,
    format: isModule ? "esm" : "iife",
    target: "es2022",
    alias: { sapwood: isModule ? address : join(root, "pkg/dist", file) },
    external: isModule ? [address] : [],
    // The paths of the repository's own type-checking are not a user's.
    tsconfigRaw: {},
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}
