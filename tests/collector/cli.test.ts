/** The command as a user meets it: the built program, its flags, its sentences, its end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { FILTER_NAMES } from "../../js/dev/src/filter.js";
import { Database } from "../../js/dev/src/store/database.js";
import { openReader } from "../../js/dev/src/store/reader.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";
import { addressOf, batch, CLI, collector, post, program, programIn, temporaryFile } from "./support.js";

const FLAGS = [
  ...["--port", "--host", "--db", "--key", "--max-bytes", "--max-age", "--tail", "--json", "--alert", "--open", "--quiet", "--help"],
  ...["--version", "--limit"],
];

async function ended(t: TestContext, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = program(t, ...args);
  const { code } = await running.ended;
  return { code, ...running.output };
}

test("wrong arguments: one clear sentence, exit code 2", async (t) => {
  for (const [args, sentence] of [
    [["--prot", "1"], /^sapwood-dev: Unknown option '--prot'\. See sapwood-dev --help\.\n$/],
    [["serve"], /^sapwood-dev: There is no command 'serve'; there are query and export\. See sapwood-dev --help\.\n$/],
    [["--quiet", "level=warn"], /^sapwood-dev: Unexpected argument 'level=warn'; filters go with --tail\. /],
    [["--alert", "error > many"], /^sapwood-dev: --alert takes a rule such as 'error source=shop > 10\/1m -> https:\/\/example\.com\/hook'\. /],
    [["--port"], /^sapwood-dev: Option '--port <value>' argument missing\. /],
    [["--port", "65536"], /^sapwood-dev: --port takes a number from 0 to 65535\. /],
    [["--port", "80a"], /^sapwood-dev: --port takes a number /],
    [["--port=-1"], /^sapwood-dev: --port takes a number /],
    [["--db", ""], /^sapwood-dev: --db takes a value that is not empty\. /],
    [["--key="], /^sapwood-dev: --key takes a value that is not empty\. /],
    [["--quiet=yes"], /^sapwood-dev: Option '--quiet' does not take an argument\. /],
    [["--\u001b[2J"], /^sapwood-dev: Unknown option '--\\u001b\[2J'\. /],
  ] as const) {
    const { code, stdout, stderr } = await ended(t, ...args);
    assert.equal(code, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, sentence);
  }
});

test("--help names every flag, --version is the package's", async (t) => {
  const help = await ended(t, "--help");
  assert.equal(help.code, 0);
  for (const flag of FLAGS) assert.ok(help.stdout.includes(flag), flag);
  for (const filter of FILTER_NAMES) assert.match(help.stdout, new RegExp(`^Filters:.*\\b${filter}\\b`, "m"));
  const manifest = JSON.parse(readFileSync(join(root, "js/dev/package.json"), "utf8")) as { version: string };
  assert.deepEqual(await ended(t, "--version"), { code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

test("a taken port: one clear sentence, exit code 1", async (t) => {
  const { url } = await collector(t);
  const { port } = new URL(url);
  const { code, stderr } = await ended(t, "--port", port, "--db", temporaryFile(t));
  assert.equal(code, 1);
  assert.equal(stderr, `sapwood-dev: Port ${port} on 127.0.0.1 is taken (by another collector?); choose another with --port.\n`);
});

test("an address of another machine, and a database that cannot be used: sentences, exit code 1", async (t) => {
  const address = await ended(t, "--host", "192.0.2.1", "--port", "0", "--db", temporaryFile(t));
  assert.deepEqual([address.code, address.stderr], [1, "sapwood-dev: 192.0.2.1 is no address of this machine; choose another with --host.\n"]);
  const database = await ended(t, "--port", "0", "--db", join(temporaryFile(t), "none", "logs.db"));
  assert.equal(database.code, 1);
  assert.match(database.stderr, /^sapwood-dev: \S+ cannot be used as the database: .+\n$/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} ends it cleanly: exit code 0, all stored, the write-ahead log empty`, async (t) => {
    const file = temporaryFile(t);
    const running = program(t, "--port", "0", "--db", file);
    const url = await addressOf(running);
    await post(url, batch("a", "i", [1, 2, 3]));
    running.child.kill(signal);
    assert.deepEqual(await running.ended, { code: 0, signal: null });
    assert.equal(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0, 0);
    const reader = openReader(file);
    t.after(() => reader.close());
    assert.equal(reader.entries().length, 3);
    assert.equal(running.output.stderr, "");
  });
}

test("a signal does not wait for a sender that never finishes", async (t) => {
  const running = program(t, "--port", "0", "--db", temporaryFile(t));
  const url = await addressOf(running);
  const { hostname, port } = new URL(url);
  const stuck = connect(Number(port), hostname);
  const cut = once(stuck, "close");
  // The server says that it waits for the body, so the request has arrived.
  stuck.write("POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
  const [answer] = (await once(stuck, "data")) as [Buffer];
  assert.equal(answer.toString(), "HTTP/1.1 100 Continue\r\n\r\n");
  stuck.write("[");
  running.child.kill("SIGTERM");
  assert.equal((await running.ended).code, 0);
  await cut;
});

test("one line per batch, none with --quiet, and --key is obeyed", async (t) => {
  const running = program(t, "--port", "0", "--db", temporaryFile(t), "--key", "k");
  const url = await addressOf(running);
  assert.equal((await post(url, batch("a", "i", [1]))).status, 401);
  await post(url, { ...batch("a", "i", [1, 2], { resource: { source: "shop" } }) }, { "x-api-key": "k" });
  await waitFor("the line", () => running.output.stdout.includes("shop"));
  assert.deepEqual(running.output.stdout.trimEnd().split("\n").slice(1).map((line) => line.slice(8)), ["  shop  2 entries"]);

  const quiet = program(t, "--port", "0", "--db", temporaryFile(t), "--quiet");
  const quietUrl = await addressOf(quiet);
  await post(quietUrl, batch("a", "i", [1, 2]));
  quiet.child.kill("SIGTERM");
  await quiet.ended;
  assert.equal(quiet.output.stdout, `sapwood-dev listening on ${quietUrl}\n`);
});

test("it goes on when nobody reads its lines any more", async (t) => {
  const file = temporaryFile(t);
  const running = program(t, "--port", "0", "--db", file);
  const url = await addressOf(running);
  running.child.stdout.destroy();
  running.child.stderr.destroy();
  for (const seq of [1, 2, 3]) assert.equal((await post(url, batch(`b${seq}`, "i", [seq]))).status, 200);
  // What goes wrong is told on the other stream.
  const other = new Database(file, "write");
  t.after(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  for (const _ of [1, 2]) assert.equal((await post(url, batch("b4", "i", [4]))).status, 503);
  other.exec("ROLLBACK");
  assert.equal((await post(url, batch("b4", "i", [4]))).status, 200);
  running.child.kill("SIGTERM");
  assert.equal((await running.ended).code, 0);
});

test("--open opens the page by the system's opener, and a system without one is told so", async (t) => {
  const opened = temporaryFile(t, "opened");
  const folder = dirname(opened);
  writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\nprintf '%s' "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`, { mode: 0o755 });
  const found = programIn(t, { PATH: `${folder}:${process.env["PATH"]}` }, "--port", "0", "--db", temporaryFile(t), "--open");
  const url = await addressOf(found);
  await waitFor("the page", () => existsSync(opened));
  assert.equal(readFileSync(opened, "utf8"), url);

  const none = programIn(t, { PATH: "/nonexistent" }, "--port", "0", "--db", temporaryFile(t), "--open");
  const there = await addressOf(none);
  await waitFor("the sentence", () => none.output.stderr.includes("\n"));
  assert.equal(none.output.stderr, `sapwood-dev: No browser could be opened (xdg-open cannot be run); go to ${there} yourself.\n`);
  assert.equal((await fetch(`${there}/health`)).status, 200);
});

test("the built program can be run by its name", () => {
  assert.match(readFileSync(CLI, "utf8"), /^#!\/usr\/bin\/env node\n/);
  accessSync(CLI, constants.X_OK);
});
