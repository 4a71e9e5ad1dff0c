/**
 * A real workerd that serves a bundled Worker. Owns: the bundle (with the conditions that Workers are bundled with), its configuration,
 * the process and its end.
 */
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { Packed } from "../../package/packed.js";
import { root } from "../../support/paths.js";
import { installed } from "./install.js";

export interface Worker {
  /** Its origin. */
  readonly url: string;
  /** What it printed so far. */
  readonly output: string[];
  /** The bundle. */
  readonly code: string;
  stop(): Promise<void>;
}

/** Everything that a Worker under test gets from outside, as plain texts. */
export type Variables = Readonly<Record<string, string>>;

/** A Worker of the given source, with a Durable Object class `Cart` where it exports one. */
export async function startWorker(packed: Packed, source: string, variables: Variables, flags: readonly string[] = []): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), "sapwood-workerd-"));
  const code = await bundle(packed, source, join(folder, "worker.js"));
  await copyFile(join(packed.folder, "dist/core.wasm"), join(folder, "core.wasm"));
  await writeFile(join(folder, "config.capnp"), configuration(variables, flags, /\bCart\b/.test(code)));
  const program = join(installed("workerd"), "node_modules/workerd/bin/workerd");
  const child = spawn(program, ["serve", "--control-fd=3", join(folder, "config.capnp")], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream! }).on("line", (line) => output.push(line));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdio[3] as Readable }).once("line", (line) => resolve((JSON.parse(line) as { port: number }).port));
    void ended.then(() => reject(new Error(`workerd ended: ${output.join("\n")}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  return { url: `http://127.0.0.1:${port}`, output, code, stop };
}

/** Bundles as wrangler does, the package in place of its name. */
async function bundle(packed: Packed, source: string, outfile: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "tests/runtimes/workers", source)],
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

function configuration(variables: Variables, flags: readonly string[], cart: boolean): string {
  const bindings = Object.entries(variables).map(([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`);
  if (cart) bindings.push(`(name = "CART", durableObjectNamespace = "Cart")`);
  const list = (texts: readonly string[]): string => `[${texts.join(", ")}]`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "core.wasm", wasm = embed "core.wasm"), (name = "sapwood/core.wasm", wasm = embed "core.wasm")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ${list(flags.map((flag) => JSON.stringify(flag)))},
  bindings = ${list(bindings)},
${cart ? `  durableObjectNamespaces = [(className = "Cart", uniqueKey = "cart")],\n  durableObjectStorage = (inMemory = void),\n` : ""});
`;
}
