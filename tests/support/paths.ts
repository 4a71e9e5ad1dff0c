/** Where things are in the repository. Tests are bundled and run elsewhere, so their own place says nothing about it. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The root of the repository: the working directory in which all suites run. */
export const root: string = process.cwd();
if (!existsSync(join(root, "rust-toolchain.toml"))) throw new Error("tests run with the repository's root as working directory");

/** The built package's entry, as a page loads it. */
export const packageEntry: string = join(root, "pkg/dist/index.js");

/** What a page asks for, by its path: the package, what that loads on demand, and the entry without WebAssembly. */
export const packageFiles: ReadonlyMap<string, string> = new Map([
  ["/sapwood.js", packageEntry],
  ["/core-script.js", join(root, "pkg/dist/core-script.js")],
  ["/script.js", join(root, "pkg/dist/script.js")],
  ["/persist.js", join(root, "pkg/dist/persist.js")],
]);
