/** Two collectors never share a file, and a second one that starts in vain leaves the first one's as it is. */
import assert from "node:assert/strict";
import { existsSync, statSync, symlinkSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { startCollector } from "../../js/dev/src/server.js";
import { waitFor } from "../support/wait.js";
import { addressOf, batch, post, program, range, stored, temporaryFile } from "./support.js";

/** Starts a collector that should give up; what it said. */
async function givingUp(t: TestContext, port: string, file: string): Promise<string> {
  const running = program(t, "--port", port, "--db", file);
  // Bounded: one that starts after all would never end.
  await waitFor("its end", () => running.child.exitCode !== null);
  assert.equal((await running.ended).code, 1);
  return running.output.stderr;
}

test("a second collector on a taken port touches no file", async (t) => {
  const file = temporaryFile(t);
  const first = program(t, "--port", "0", "--db", file, "--quiet");
  const url = await addressOf(first);
  await post(url, batch("a", "i", range(1, 100)));
  const log = statSync(`${file}-wal`).size;
  assert.ok(log > 0);
  for (const other of [file, temporaryFile(t)]) {
    assert.match(await givingUp(t, new URL(url).port, other), /^sapwood-dev: Port \d+ on 127\.0\.0\.1 is taken /);
    assert.equal(existsSync(other), other === file);
  }
  assert.equal(statSync(`${file}-wal`).size, log, "nobody moved the write-ahead log of the first");
});

test("a file in use is refused in a sentence, under another name and in the same process too, and set free at the end", async (t) => {
  const file = temporaryFile(t);
  const first = program(t, "--port", "0", "--db", file, "--quiet");
  const url = await addressOf(first);
  await post(url, batch("a", "i", range(1, 100)));
  const log = statSync(`${file}-wal`).size;
  const link = temporaryFile(t, "link.db");
  symlinkSync(file, link);
  for (const name of [file, link]) {
    assert.equal(await givingUp(t, "0", name), `sapwood-dev: ${name} is used by another collector; stop that one, or choose another file with --db.\n`);
  }
  assert.equal(statSync(`${file}-wal`).size, log, "nobody moved the write-ahead log of the first");
  assert.equal((await post(url, batch("b", "i", [101]))).status, 200);

  first.child.kill("SIGTERM");
  await first.ended;
  const options = { port: 0, db: file, quiet: true };
  const next = await startCollector(options);
  // More than once: what the refused one opens and closes must not cost the lock of this process.
  for (const _ of range(1, 2)) await assert.rejects(startCollector(options), /is used by another collector/);
  assert.equal((await stored(next.url)).length, 101);
  await next.close();
  await (await startCollector(options)).close();
});

test("a killed collector locks nobody out", async (t) => {
  const file = temporaryFile(t);
  const first = program(t, "--port", "0", "--db", file, "--quiet");
  await post(await addressOf(first), batch("a", "i", [1]));
  first.child.kill("SIGKILL");
  await first.ended;
  assert.equal((await stored(await addressOf(program(t, "--port", "0", "--db", file, "--quiet")))).length, 1);
});
