/**
 * Child processes of the tests: those that a browser started as well, and how all of them end. Owns no process; whoever starts
 * one ends it, by its id.
 */
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { waitFor } from "./wait.js";

/** The most that is kept of what a process says, to be told when it fails. */
const SAID_MAX = 4_000;

/** A process that was started, and the end of what it said. */
export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  said(): string;
}

/** Starts a program; rejects when there is none of that name. */
export async function start(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Started> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-SAID_MAX);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  return { child, pid: child.pid as number, said: () => said };
}

/** The process and all below it, parents first. What ends meanwhile is left out. */
export function tree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (const next of found) found.push(...(children.get(next) ?? []));
  return found;
}

/** `kill -9` of a process and all below it; resolves when none of them runs any more. */
export async function killTree(pid: number): Promise<void> {
  const all = tree(pid);
  for (const each of all) {
    try {
      process.kill(each, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  await waitFor(`the end of ${all.join(", ")}`, () => all.every((each) => !runs(each)));
}

/** Whether a process runs: one that has ended and is not yet collected by its parent does not. */
function runs(pid: number): boolean {
  const state = stat(pid)?.[0];
  return state !== undefined && state !== "Z";
}

const parentOf = (pid: number): number | undefined => {
  const parent = stat(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
};

/** State, parent, …: what stands in `/proc` behind the name, which is in parentheses and may hold anything. */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    // It has ended.
    return undefined;
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
