/**
 * The package as npm would publish it: packed once for each test file, installed into a project of its own.
 *
 * The suite runs with the repository's root as the working directory, after a build.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";

/** The repository. */
export const root = process.cwd();

/** What `npm pack` said of the tarball. */
export interface Packed {
  /** The `.tgz`. */
  readonly tarball: string;
  /** Paths inside, sorted. */
  readonly files: readonly string[];
  /** A project with the package in its `node_modules`. */
  readonly project: string;
  /** The folder of the installed package. */
  readonly folder: string;
}

/** Packs `pkg/` and unpacks it as npm installs it. Removed after the file's tests. */
export function pack(): Packed {
  const project = mkdtempSync(join(tmpdir(), "sapwood-package-"));
  after(() => rmSync(project, { recursive: true }));
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const said = execFileSync("npm", ["pack", "./pkg", "--json", "--loglevel=error", "--pack-destination", project], {
    cwd: root,
    encoding: "utf8",
  });
  const [report] = JSON.parse(said) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(project, report.filename);
  const folder = join(project, "node_modules/sapwood");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", folder]);
  return { tarball, files: report.files.map(({ path }) => path).sort(), project, folder };
}

/** A program that npm installed for this repository. */
export function bin(name: string): string {
  return resolve(root, "node_modules/.bin", name);
}

/** A file's text. */
export function text(...path: string[]): string {
  return readFileSync(join(...path), "utf8");
}

/** What a child process printed, and how it ended. */
export interface Ran {
  readonly status: number;
  readonly output: string;
}

/** Runs a program to its end, whatever that is. */
export function run(program: string, args: readonly string[], cwd: string): Ran {
  try {
    return { status: 0, output: execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }) };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string };
    return { status: status ?? -1, output: `${stdout}${stderr}` };
  }
}
