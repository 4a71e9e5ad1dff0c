/** The tail of the built program: what it shows, and that no reader, however slow, delays a sender. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Writable, type Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { LineOutput } from "../../js/dev/src/terminal/output.js";
import { waitFor } from "../support/wait.js";
import { addressOf, CLI, entry, post, program, programIn, temporaryFile } from "./support.js";

/** Entries of 2,000 characters: some hundred of them fill what lies between a writer and a reader that has stopped. */
const LONG = "x".repeat(2_000);

async function send(url: string, first: number, count: number, more: Record<string, unknown> = {}): Promise<void> {
  const logs = Array.from({ length: count }, (_, index) => entry(first + index, more));
  const answer = await post(url, { batch: { id: `b${first}`, instance: "i" }, logs });
  assert.deepEqual([answer.status, answer.body.count], [200, count]);
}

/** The lines below the one that names the address. */
function linesOf(stdout: string): string[] {
  return stdout.split("\n").slice(1, -1);
}

test("--tail prints what comes and matches, in its order, and nothing that was there before", async (t) => {
  const file = temporaryFile(t);
  const before = program(t, "--port", "0", "--db", file, "--quiet");
  await send(await addressOf(before), 1, 1, { level: "error", source: "shop" });
  before.child.kill("SIGTERM");
  await before.ended;
  const running = program(t, "--port", "0", "--db", file, "--tail", "level=warn", "source=shop");
  const url = await addressOf(running);
  await send(url, 2, 1, { level: "info", source: "shop", message: "too low" });
  await send(url, 3, 1, { level: "error", source: "other" });
  await send(url, 4, 2, { level: "error", source: "shop", tags: ["late"], data: { orderId: 17 } });
  await send(url, 9, 1, { level: "warn", source: "shop", message: "last" });
  await waitFor("the last line", () => running.output.stdout.includes("last"));
  assert.deepEqual(linesOf(running.output.stdout).map((line) => line.slice(13)), [
    "ERROR shop message 4 orderId=17 [late]",
    "ERROR shop message 5 orderId=17 [late]",
    "WARN  shop last",
  ]);
  // Beside entries, a batch has a line only where something was refused.
  await post(url, [{ level: "loud", message: "x" }]);
  await waitFor("the refusal", () => running.output.stdout.includes("1 refused"));
});

test("--tail --json prints every entry whole, one line each, and nothing else on standard output", async (t) => {
  const running = program(t, "--port", "0", "--db", temporaryFile(t), "--tail", "--json", "level=info");
  const url = await waitFor("the address", () => /^sapwood-dev listening on (http:\/\/\S+)$/m.exec(running.output.stderr)?.[1]);
  for (let first = 1; first <= 3_000; first += 100) await send(url, first, 100, { data: { big: 1e21, text: "\u001b[2J" }, unknown: [first] });
  await send(url, 3_001, 1, { level: "debug" });
  await send(url, 3_002, 1, { data: LONG.repeat(50) });
  await waitFor("all lines", () => running.output.stdout.split("\n").length > 3_001);
  const entries = running.output.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(entries.map((one) => one["seq"]), [...Array.from({ length: 3_000 }, (_, index) => index + 1), 3_002]);
  const { receivedAt, ...sent } = entries[0] ?? {};
  assert.deepEqual(sent, { ...entry(1), data: { big: 1e21, text: "\u001b[2J" }, unknown: [1] });
  assert.equal(typeof receivedAt, "number");
  assert.equal(entries.at(-1)?.["data"], LONG.repeat(50), "also those that lists leave out");
  assert.ok(!running.output.stdout.includes("\u001b"));
});

test("hostile contents reach the terminal as text only", async (t) => {
  const running = programIn(t, { FORCE_COLOR: "1" }, "--port", "0", "--db", temporaryFile(t), "--tail");
  const url = await addressOf(running);
  const evil = "\u001b[2J\u001b]0;owned\u0007\u009b1A\r\n\b\u202e\u2066\0\u{e0041}";
  await post(url, [
    { level: "error", message: evil, source: evil, tags: [evil], data: { [evil]: { [evil]: evil } }, flowId: evil, errorName: evil, errorStack: `${evil}\n    at ${evil}` },
    { level: "info", message: "x".repeat(10_000), data: { line: "y".repeat(1_000_000) } },
    { level: "info", message: "the end" },
  ]);
  await waitFor("the end", () => running.output.stdout.includes("the end"));
  const text = running.output.stdout.replaceAll(/\u001b\[[\d;]*m/g, "");
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  for (const line of text.split("\n").slice(1, -1)) assert.match(line, /^(?:\d\d:\d\d:\d\d\.\d{3} | {4}\S)/);
});

/** A process whose output is read only when the test says so. */
function unread(t: TestContext, command: string, args: readonly string[]): { child: ChildProcess; stdout: Readable } {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  t.after(async () => {
    child.kill("SIGKILL");
    child.stdout.resume();
    await ended;
  });
  return { child, stdout: child.stdout.setEncoding("utf8") };
}

/** Reads up to the address, and then no further. */
async function addressThenStop(stdout: Readable): Promise<string> {
  let text = "";
  for (;;) {
    const [chunk] = (await once(stdout, "data")) as [string];
    stdout.pause();
    text += chunk;
    const url = /listening on (http:\/\/[\d.:]+)\s/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
}

/** While nobody reads, senders are served; afterwards each entry was shown or counted. */
async function servesWhileUnread(url: string, stdout: Readable): Promise<void> {
  // One at a time: a single answer that waits for the terminal would never come.
  for (let first = 1; first <= 3_000; first += 100) await send(url, first, 100, { level: "warn", message: `${first} ${LONG}` });
  let text = "";
  stdout.on("data", (chunk: string) => (text += chunk)).resume();
  await waitFor("the lines that were held back", () => /skipped/.test(text));
  await send(url, 3_001, 1, { level: "warn", message: "the end" });
  await waitFor("the end", () => text.includes("the end"));
  const plain = text.replaceAll(/\u001b\[[\d;]*m/g, "");
  const shown = plain.match(/WARN /g)?.length ?? 0;
  const skipped = [...plain.matchAll(/… (\d+) lines? skipped/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.equal(shown + skipped, 3_001);
  assert.ok(skipped > 1_000, `${skipped} skipped`);
}

test("a pipe that nobody reads delays no sender; what was left out is counted", { timeout: 30_000 }, async (t) => {
  const { stdout } = unread(t, process.execPath, [CLI, "--port", "0", "--db", temporaryFile(t), "--tail"]);
  await servesWhileUnread(await addressThenStop(stdout), stdout);
});

test("a terminal that stands still delays no sender; what was left out is counted", { timeout: 30_000 }, async (t) => {
  // `script` gives the program a real terminal and stops reading it when nobody reads from itself.
  const command = `exec '${process.execPath}' '${CLI}' --port 0 --db '${temporaryFile(t)}' --tail`;
  const { stdout } = unread(t, "script", ["-qefc", command, "/dev/null"]);
  await servesWhileUnread(await addressThenStop(stdout), stdout);
});

test("lines that nobody takes are left out beyond a bound, and counted once there is room", () => {
  const taken: string[] = [];
  let release = (): void => {};
  const slow = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      taken.push(chunk);
      release = done;
    },
  });
  const output = new LineOutput(slow);
  for (let n = 1; n <= 10_000; n += 1) output.write(`line ${n} ${"x".repeat(100)}\n`);
  assert.ok(slow.writableLength < 300_000, `${slow.writableLength} wait`);
  for (let rounds = 0; slow.writableLength > 0; rounds += 1) {
    assert.ok(rounds < 10_000);
    release();
  }
  const shown = taken.filter((line) => line.startsWith("line ")).length;
  assert.ok(shown > 1_000, `${shown} shown`);
  assert.equal(taken.at(-1), `… ${10_000 - shown} lines skipped\n`);
  output.write("and on\n");
  release();
  assert.equal(taken.at(-1), "and on\n");
});

test("the collector goes on when the tail's reader goes away", async (t) => {
  const running = program(t, "--port", "0", "--db", temporaryFile(t), "--tail");
  const url = await addressOf(running);
  running.child.stdout.destroy();
  for (let first = 1; first <= 500; first += 100) await send(url, first, 100, { message: LONG });
  running.child.kill("SIGTERM");
  assert.equal((await running.ended).code, 0);
});
