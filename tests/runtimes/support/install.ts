/**
 * Runtimes and tools from the registry, in exact versions, below `target/` and not among the repository's own packages.
 * Owns: one folder for each `projects/<name>/package.json`, made anew when that changes.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/paths.js";

/** The folder in which the packages of a project are installed, below `node_modules`. */
export function installed(name: string, suite = "runtimes"): string {
  const wanted = readFileSync(join(root, "tests", suite, "projects", name, "package.json"), "utf8");
  const folder = join(root, "target", suite, name);
  const stamp = join(folder, "installed.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), wanted);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"], { cwd: folder, stdio: "inherit" });
  // Last, so that an interrupted run leaves nothing that looks complete.
  writeFileSync(stamp, wanted);
  return folder;
}
