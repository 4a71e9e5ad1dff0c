/**
 * A tiny project with the tarball in its `node_modules`, and the programs that people build and serve such projects with.
 *
 * Owns: its folder below `target/packaging`, where its tools stay installed from run to run; the child processes, of which none
 * outlives its test file. Does not own: what a page of it must do (`stage.ts`).
 * Invariant: each test file installs the tarball of its run, and no build sees the output of an earlier one.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { installed } from "../../runtimes/support/install.js";
import { root } from "../../support/paths.js";
import { killTree, start } from "../../support/processes.js";
import { waitFor } from "../../support/wait.js";

/** The longest that one build may take. */
const BUILD_MS_MAX = 300_000;
/** The longest that a server may take until it listens. */
const START_MS_MAX = 60_000;
const SOURCES = join(root, "tests/packaging/projects");
/** What all projects have in common: the sources of a page, and of a process. */
const COMMON = join(SOURCES, "common");
/** Nothing is asked of the outside, and nobody is at the terminal. */
const QUIET = { CI: "1", NO_COLOR: "1", FORCE_COLOR: "0", NEXT_TELEMETRY_DISABLED: "1", WRANGLER_SEND_METRICS: "false" };

export interface Project {
  readonly folder: string;
  /** Lets the sources import `entry` where they import `sapwood`; no output of an earlier build is left. */
  reset(entry?: string): void;
  /** Runs one of the project's tools to its end; rejects with all that it said. */
  build(tool: string, ...args: readonly string[]): Promise<string>;
  /** Starts one of the project's tools as a server, in place of the one before; gives its origin once it answers. */
  serve(port: number, tool: string, ...args: readonly string[]): Promise<string>;
}

/** The Node that all tools run in: several refuse the oldest that this repository can be built with. */
const node = (): string => join(installed("node24"), "node_modules/node/bin/node");

const projects = new Map<string, Project>();
let running: number | undefined;
after(stopServer);

async function stopServer(): Promise<void> {
  if (running !== undefined) await killTree(running);
  running = undefined;
}

/** The project of `projects/<name>`, its tools and the tarball installed: once in a test file, which knows one tarball. */
export function project(name: string, tarball: string): Project {
  const made = projects.get(name) ?? install(name, tarball);
  projects.set(name, made);
  return made;
}

function install(name: string, tarball: string): Project {
  const folder = installed(name, "packaging");
  const kept = new Set(["node_modules", "package.json", "installed.json"]);
  const environment = { ...process.env, ...QUIET, XDG_CONFIG_HOME: join(folder, "node_modules/.config") };
  rmSync(join(folder, "node_modules/sapwood"), { recursive: true, force: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--offline", "--loglevel=error"];
  execFileSync("npm", ["install", ...flags, tarball], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const script = (tool: string): string => join(folder, "node_modules", tool);
  return {
    folder,
    reset(entry = "sapwood") {
      for (const path of readdirSync(folder)) if (!kept.has(path)) rmSync(join(folder, path), { recursive: true });
      for (const cache of [".vite", ".cache"]) rmSync(join(folder, "node_modules", cache), { recursive: true, force: true });
      writeSources(folder, entry, name);
    },
    build: (tool, ...args) =>
      new Promise((resolve, reject) => {
        const options = { cwd: folder, env: environment, timeout: BUILD_MS_MAX, maxBuffer: 64 * 1024 * 1024 };
        execFile(node(), [script(tool), ...args], options, (error, stdout, stderr) => {
          if (error) reject(new Error(`${tool} failed: ${stdout}${stderr}`));
          else resolve(stdout + stderr);
        });
      }),
    async serve(port, tool, ...args) {
      await stopServer();
      const server = await start(node(), [script(tool), ...args], { cwd: folder, env: environment });
      running = server.pid;
      const url = `http://127.0.0.1:${port}`;
      const answers = async (): Promise<boolean> => {
        if (server.child.exitCode !== null) throw new Error(server.said());
        await (await fetch(url)).arrayBuffer();
        return true;
      };
      await waitFor(`${tool} to answer`, answers, START_MS_MAX);
      return url;
    },
  };
}

/** Writes the common sources, and those of the project `name`, which import `entry` in the place of the package's name. */
export function writeSources(folder: string, entry = "sapwood", name?: string): void {
  for (const source of name === undefined ? [COMMON] : [COMMON, join(SOURCES, name)])
    for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      const [from, to] = [join(source, path), join(folder, path)];
      if (!/\.jsx?$/.test(path)) cpSync(from, to, { recursive: true });
      else writeFileSync(to, readFileSync(from, "utf8").replaceAll(/(?<=from ")sapwood(?=["/])/g, entry));
    }
}
