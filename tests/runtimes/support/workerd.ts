/**
 * A real workerd that serves a bundled Worker. Owns: the bundle (with the conditions that Workers are bundled with), the process and its
 * end. Does not own: the text of the configuration (capnp.ts).
 */
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { Packed } from "../../package/packed.js";
import { root } from "../../support/paths.js";
import { configuration, type Shape } from "./capnp.js";
import { installed } from "./install.js";

export interface Worker {
  /** Its origin. */
  readonly url: string;
  /** The origin that turns requests into other events (`workers/driver.ts`), where there is one. */
  readonly events: string;
  /** Where the isolate's inspector listens, where it was asked for. */
  readonly inspector: string;
  /** What it printed so far. */
  readonly output: string[];
  /** The bundle. */
  readonly code: string;
  /** The process. */
  readonly pid: number;
  stop(): Promise<void>;
}

const WORKERS = join(root, "tests/runtimes/workers");

/** A Worker of the given source, which is a path or stands in `tests/runtimes/workers`. */
export async function startWorker(packed: Packed, source: string, shape: Shape): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), "sapwood-workerd-"));
  const code = await bundle(packed, resolve(WORKERS, source), join(folder, "worker.js"));
  if (shape.events) await bundle(packed, join(WORKERS, "driver.ts"), join(folder, "driver.js"));
  await copyFile(join(packed.folder, "dist/core.wasm"), join(folder, "core.wasm"));
  await writeFile(join(folder, "config.capnp"), configuration(shape));
  const program = join(installed("workerd"), "node_modules/workerd/bin/workerd");
  // The extra events are had by a flag that workerd calls experimental.
  const flags = shape.events ? ["--experimental"] : [];
  if (shape.inspector) flags.push("--inspector-addr=127.0.0.1:0");
  const child = spawn(program, ["serve", ...flags, "--control-fd=3", join(folder, "config.capnp")], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream! }).on("line", (line) => output.push(line));
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const ports = new Map<string, number>();
  const expected = 1 + Number(shape.events ?? false) + Number(shape.inspector ?? false);
  await new Promise<void>((ready, reject) => {
    createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
      const { socket = "inspector", port } = JSON.parse(line) as { socket?: string; port: number };
      ports.set(socket, port);
      if (ports.size === expected) ready();
    });
    void ended.then(() => reject(new Error(`workerd ended: ${output.join("\n")}`)));
  });
  const stop = async (): Promise<void> => {
    // Asked to end, it would wait for web sockets that a test has left open.
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  };
  const origin = (socket: string): string => `http://127.0.0.1:${ports.get(socket)}`;
  return { url: origin("http"), events: origin("events"), inspector: `ws://127.0.0.1:${ports.get("inspector")}/main`, output, code, pid: child.pid!, stop };
}

/** Bundles as wrangler does, the package in place of its name. */
async function bundle(packed: Packed, source: string, outfile: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    nodePaths: [join(packed.project, "node_modules")],
    external: ["cloudflare:*", "node:*", "*.wasm"],
    write: false,
    // The paths of the repository's own type-checking are not a user's.
    tsconfigRaw: {},
    logLevel: "warning",
  });
  const code = outputFiles[0]!.text;
  await writeFile(outfile, code);
  return code;
}
