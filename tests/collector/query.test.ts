/** `sapwood-dev query`: stored entries on the terminal, beside a running collector and without one; nothing is written. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test, type TestContext } from "node:test";
import { Database } from "../../js/dev/src/store/database.js";
import { addressOf, entry, post, program, range, temporaryFile, type Program } from "./support.js";

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ran(t: TestContext, ...args: readonly string[]): Promise<Ran> {
  const running = program(t, ...args);
  const { code } = await running.ended;
  return { code, ...running.output };
}

const LOGS = [
  entry(1, { message: "Cart validated", source: "shop", flowId: "f1", flow: { name: "checkout" }, stepIndex: 0, userId: "ada" }),
  entry(2, { message: "Payment requested", level: "debug", source: "shop", flowId: "f1", flow: { name: "checkout" }, stepIndex: 1 }),
  entry(3, { message: "Payment refused", level: "error", source: "shop", tags: ["payments"], errorName: "PaymentError" }),
  entry(4, { message: "Heartbeat", level: "trace", source: "worker", data: { "quoted \" word": "50% off_now" } }),
];

async function filled(t: TestContext, logs: readonly unknown[] = LOGS): Promise<{ file: string; running: Program }> {
  const file = temporaryFile(t);
  const running = program(t, "--port", "0", "--db", file, "--quiet");
  const answer = await post(await addressOf(running), { batch: { id: "b", instance: "i" }, logs });
  assert.equal(answer.status, 200);
  return { file, running };
}

async function stopped(running: Program): Promise<void> {
  running.child.kill("SIGTERM");
  assert.equal((await running.ended).code, 0);
}

const messages = ({ stdout }: Ran): string[] => stdout.split("\n").filter((line) => /^\d\d:/.test(line)).map((line) => /(?:shop|worker) (\w+ ?\w*)/.exec(line)?.[1] ?? line);

test("query finds by text and by filters, oldest first, beside a running collector and after it", async (t) => {
  const { file, running } = await filled(t);
  for (const beside of [true, false]) {
    if (!beside) await stopped(running);
    for (const [words, found] of [
      [["payment"], ["Payment requested", "Payment refused"]],
      [["payment", "level=info"], ["Payment refused"]],
      [["level=info"], ["Cart validated", "Payment refused"]],
      [["flow=checkout"], ["Cart validated", "Payment requested"]],
      [["tag=payments", "source=shop"], ["Payment refused"]],
      [["user=ada"], ["Cart validated"]],
      [['"'], []],
      [["ref"], ["Payment refused"]],
    ] as const) {
      const answer = await ran(t, "query", ...words, "--db", file);
      assert.deepEqual(messages(answer), found, words.join(" "));
      assert.deepEqual([answer.code, answer.stderr], [0, found.length === 0 ? "sapwood-dev: No stored entry matches.\n" : ""]);
    }
  }
});

test("query shows the newest of many up to --limit, and says that there are more", async (t) => {
  const { file } = await filled(t, range(1, 1_234).map((seq) => entry(seq)));
  const first = (await ran(t, "query", "--db", file)).stdout.trimEnd().split("\n");
  assert.deepEqual([first.length, first[0]?.slice(13), first.at(-1)?.slice(13)], [100, "INFO  message 1135", "INFO  message 1234"]);
  const most = await ran(t, "query", "--db", file, "--limit", "1200");
  assert.deepEqual(most.stdout.trimEnd().split("\n").map((line) => line.slice(27)), range(35, 1_234).map(String));
  assert.equal(most.stderr, "sapwood-dev: Only the newest 1200 are shown; --limit shows more.\n");
  const all = await ran(t, "query", "--db", file, "--limit", "100000", "--json");
  assert.deepEqual(all.stdout.trimEnd().split("\n").map((line) => (JSON.parse(line) as { seq: number }).seq), range(1, 1_234));
  const few = await ran(t, "query", "--db", file, "--limit", "7", "--json");
  assert.deepEqual([few.stdout.trimEnd().split("\n").map((line) => (JSON.parse(line) as { seq: number }).seq), few.stderr], [range(1_228, 1_234), ""]);
});

test("query and export write nothing", async (t) => {
  const { file, running } = await filled(t);
  await stopped(running);
  // SQLite's own side files, empty after a clean end, go with the last reader.
  const files = (): string[] => readdirSync(dirname(file)).filter((name) => !/-(?:wal|shm)$/.test(name)).sort();
  const state = (): unknown => [files(), createHash("sha256").update(readFileSync(file)).digest("hex")];
  const before = state();
  assert.equal((await ran(t, "query", "payment", "--db", file)).code, 0);
  assert.equal((await ran(t, "export", "--db", file)).code, 0);
  assert.deepEqual(state(), before);
});

test("what a killed collector left behind is read", async (t) => {
  const { file, running } = await filled(t);
  running.child.kill("SIGKILL");
  await running.ended;
  assert.deepEqual(messages(await ran(t, "query", "level=error", "--db", file)), ["Payment refused"]);
});

test("a file that is not there or not ours: one sentence, exit code 1, and nothing is created", async (t) => {
  const none = temporaryFile(t, "none.db");
  for (const command of ["query", "export"]) {
    assert.deepEqual(await ran(t, command, "--db", none), { code: 1, stdout: "", stderr: `sapwood-dev: There is no database at ${none}; --db names another file.\n` });
    assert.ok(!existsSync(none));
  }
  const text = temporaryFile(t, "text.db");
  writeFileSync(text, "no database\n".repeat(1_000));
  const spoilt = await ran(t, "query", "--db", text);
  assert.equal(spoilt.code, 1);
  assert.match(spoilt.stderr, /^sapwood-dev: \S+ cannot be read: .+\.\n$/);
  const foreign = temporaryFile(t, "foreign.db");
  const db = new Database(foreign, "write");
  db.exec("CREATE TABLE entries (id)");
  db.close();
  assert.equal((await ran(t, "export", "--db", foreign)).stderr, `sapwood-dev: ${foreign} cannot be read: it is not one of sapwood-dev.\n`);
});

test("a file of another format is told so", async (t) => {
  const { file, running } = await filled(t);
  await stopped(running);
  for (const [version, sentence] of [
    [1, "it was written by an older sapwood-dev; start this one on it once, which converts it"],
    [99, "it was written by a newer sapwood-dev"],
  ] as const) {
    const db = new Database(file, "write");
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
    assert.equal((await ran(t, "query", "--db", file)).stderr, `sapwood-dev: ${file} cannot be read: ${sentence}.\n`);
  }
});
