/** `sapwood-dev export`: complete, in order, as it was sent; at the reader's pace, and quiet when the reader goes away. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { waitFor } from "../support/wait.js";
import { addressOf, CLI, entry, post, program, range, temporaryFile } from "./support.js";

const MB = 1_000_000;

/** A running collector that holds these batches. */
async function filled(t: TestContext, batches: readonly (readonly unknown[])[]): Promise<{ file: string; url: string }> {
  const file = temporaryFile(t);
  const url = await addressOf(program(t, "--port", "0", "--db", file, "--quiet"));
  for (const [index, logs] of batches.entries()) assert.equal((await post(url, { batch: { id: `b${index}`, instance: "i" }, logs })).status, 200);
  return { file, url };
}

test("export writes every entry that matches once, oldest first, whole and as it was sent", async (t) => {
  const sent = range(1, 4_000).map((seq) => entry(seq, { level: seq % 4 === 0 ? "error" : "info", unknown: { a: [seq, null] }, text: "\u001b[2J\0\u202e日" }));
  const { file } = await filled(t, range(0, 3).map((part) => sent.slice(part * 1_000, part * 1_000 + 1_000)));
  const all = program(t, "export", "--db", file);
  assert.equal((await all.ended).code, 0);
  const entries = all.output.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(entries.map(({ receivedAt: _, ...rest }) => rest), sent);
  assert.ok(entries.every(({ receivedAt }) => typeof receivedAt === "number"));
  const errors = program(t, "export", "level=error", "--db", file);
  await errors.ended;
  assert.deepEqual(errors.output.stdout.trimEnd().split("\n").map((line) => (JSON.parse(line) as { seq: number }).seq), range(1, 1_000).map((n) => n * 4));
  assert.equal(errors.output.stderr, "");
});

test("a reader that goes away ends the export without a word", async (t) => {
  const { file } = await filled(t, range(0, 9).map((part) => [entry(part + 1, { data: "x".repeat(MB) })]));
  for (const command of ["export", "query"]) {
    const running = program(t, command, "--db", file, ...(command === "query" ? ["--json"] : []));
    await once(running.child.stdout, "data");
    running.child.stdout.destroy();
    assert.deepEqual(await running.ended, { code: 0, signal: null });
    assert.equal(running.output.stderr, "");
  }
});

test("an export holds no more than a chunk in memory, however slow its reader", async (t) => {
  const count = 100;
  const { file } = await filled(t, range(1, count).map((seq) => [entry(seq, { data: "x".repeat(MB) })]));
  const child = spawn(process.execPath, [CLI, "export", "--db", file], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "close");
  t.after(() => child.kill("SIGKILL"));
  let bytes = 0;
  // Reads a little at a time, so that the program always has more to write than is taken.
  child.stdout.on("readable", () => (bytes += (child.stdout.read(64 * 1024) as Buffer | null)?.length ?? 0));
  await waitFor("the first chunks", () => bytes > 20 * MB, 60_000);
  const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1_024;
  assert.ok(peak > 20 * MB && peak < 200 * MB, `${Math.round(peak / MB)} MB at the most`);
  child.stdout.removeAllListeners("readable");
  child.stdout.on("data", (chunk: Buffer) => (bytes += chunk.length));
  await ended;
  assert.equal(said, "", "not even a warning of Node's about listeners");
  assert.ok(bytes > count * MB && bytes < count * (MB + 1_000), `${bytes} bytes`);
});
