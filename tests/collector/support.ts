/**
 * What the collector's tests share: a collector in this process or as the built program, requests to it, entries to send.
 * Everything started here ends with the test that started it.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import type { EntriesAnswer, FlowAnswer, FlowsAnswer, InstancesAnswer, StoredEntry } from "../../js/dev/src/api-types.js";
import { type Collector, type CollectorOptions, startCollector } from "../../js/dev/src/server.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";

/** The program as `node js/dev/build.mjs` leaves it. */
export const CLI = join(root, "js/dev/dist/cli.js");

/** A file in a folder of its own, which goes when the test ends. */
export function temporaryFile(t: TestContext, name = "logs.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "sapwood-collector-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** A collector in this process, on a free port, in memory unless told otherwise; closed when the test ends. */
export async function collector(t: TestContext, options: CollectorOptions = {}): Promise<Collector> {
  const started = await startCollector({ port: 0, db: ":memory:", quiet: true, ...options });
  t.after(() => started.close());
  return started;
}

/** An answer of the intake, with what wire.md promises of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly success?: boolean;
    readonly count?: number;
    readonly duplicates?: number;
    readonly timestamp?: number;
    readonly error?: string;
    readonly issues?: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  };
}

/** Posts a body to the intake: text and bytes as they are, anything else as JSON. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}, query = ""): Promise<Answer> {
  const raw = typeof body === "string" ? body : body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
  const response = await fetch(`${url}/v1/logs${query}`, { method: "POST", body: raw, headers: { "content-type": "application/json", ...headers } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
}

interface ReadAnswers {
  readonly entries: EntriesAnswer;
  readonly flows: FlowsAnswer;
  readonly instances: InstancesAnswer;
}

/** Reads one of the lists of the read API. */
export async function list<Name extends keyof ReadAnswers>(url: string, name: Name, query = ""): Promise<ReadAnswers[Name]> {
  return read<ReadAnswers[Name]>(url, `/api/${name}${query}`);
}

/** Reads one flow. */
export function flow(url: string, id: string): Promise<FlowAnswer> {
  return read<FlowAnswer>(url, `/api/flows/${encodeURIComponent(id)}`);
}

async function read<Kind>(url: string, path: string): Promise<Kind> {
  const response = await fetch(`${url}${path}`);
  assert.equal(response.status, 200, `${path} answered ${response.status}`);
  return (await response.json()) as Kind;
}

/** All entries of the newest page of the read API, in the order of arrival. */
export async function stored(url: string): Promise<StoredEntry[]> {
  return [...(await list(url, "entries", "?limit=500")).entries].reverse();
}

/** An entry as the client sends it. */
export function entry(seq: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { seq, timestamp: 1_795_000_000_000 + seq, level: "info", message: `message ${seq}`, ...more };
}

/** A batch of the entries with these sequence numbers. */
export function batch(id: string, instance: string, seqs: readonly number[], more: Record<string, unknown> = {}): Record<string, unknown> {
  const header = { id, instance, firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs), sentAt: 1_795_000_000_000, attempt: 1, ...more };
  return { batch: header, logs: seqs.map((seq) => entry(seq)) };
}

/** The whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A request with headers that `fetch` does not let one choose, such as `Host`. */
export function rawRequest(
  url: string,
  options: { method?: string; path?: string; headers?: Record<string, string> },
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = httpRequest({ hostname, port, path: "/", agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end();
  });
}

/** The built program as a process of its own. */
export interface Program {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has printed so far. */
  readonly output: { stdout: string; stderr: string };
  /** Resolves with exit code and signal when it has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts the program; it is killed when the test ends, should it still run. */
export function program(t: TestContext, ...args: readonly string[]): Program {
  return programIn(t, {}, ...args);
}

/** Starts the program with these environment variables beside the test's own. */
export function programIn(t: TestContext, environment: Readonly<Record<string, string>>, ...args: readonly string[]): Program {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, output, ended };
}

/** Waits for the line that names the program's address. */
export function addressOf({ output, child }: Program): Promise<string> {
  return waitFor("the program's address", () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output.stderr}`);
    return /^sapwood-dev listening on (http:\/\/\S+)$/m.exec(output.stdout)?.[1];
  });
}
