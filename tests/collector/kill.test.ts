/** What was answered with 200 outlives `kill -9` at any moment, in whatever form it came, and what is sent again is stored once. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { deflateSync } from "node:zlib";
import { encode } from "@msgpack/msgpack";
import { openReader } from "../../js/dev/src/store/reader.js";
import { waitFor } from "../support/wait.js";
import { addressOf, batch, post, program, type Program, range, temporaryFile } from "./support.js";

const ROUNDS = 5;
const SENDERS = 4;
const BATCH = 7;
/** The process is killed in mid-stream once this many batches of a round were answered. */
const ANSWERED_BEFORE_KILL = 25;

/**
 * One client: sends batch after batch, each until it is answered, with the same id and numbers. After a kill it first
 * sends its last answered batch once more, as a client does whose answer was lost on the way.
 */
class Sender {
  readonly answered = new Set<number>();
  sent = 0;
  #waiting: number | null = null;

  constructor(
    readonly instance: string,
    /** The body as it is sent. */
    private readonly form: (body: Record<string, unknown>) => unknown = (body) => body,
  ) {}

  /** Sends until the connection fails. The batch under way then is sent again first by the next call. */
  async sendUntilKilled(url: string): Promise<void> {
    const last = Math.max(...this.answered);
    if (last >= 0) await this.#send(url, last);
    for (;;) {
      this.#waiting ??= this.sent++;
      if (!(await this.#send(url, this.#waiting))) return;
      this.answered.add(this.#waiting);
      this.#waiting = null;
    }
  }

  /** Tells whether the batch was answered. */
  async #send(url: string, n: number): Promise<boolean> {
    const first = n * BATCH + 1;
    const body = batch(`batch-${n}`, this.instance, range(first, first + BATCH - 1), { accepted: first + BATCH - 1 });
    const answer = await post(url, this.form(body)).catch(() => null);
    if (answer === null) return false;
    assert.equal(answer.status, 200);
    assert.equal((answer.body.count ?? 0) + (answer.body.duplicates ?? 0), BATCH);
    return true;
  }

  get answeredSeqs(): number[] {
    return [...this.answered].flatMap((n) => range(n * BATCH + 1, (n + 1) * BATCH));
  }
}

/** A frame of compressed MessagePack, of entries that fill a small file soon. */
function largeFrame(body: Record<string, unknown>): Buffer {
  const logs = (body["logs"] as Record<string, unknown>[]).map((log) => ({ ...log, data: "x".repeat(2_000), flowId: "f" }));
  return Buffer.concat([Buffer.from("SAP1\x05"), deflateSync(encode({ ...body, logs }))]);
}

async function start(t: TestContext, file: string, ...args: readonly string[]): Promise<{ running: Program; url: string }> {
  const running = program(t, "--port", "0", "--db", file, "--quiet", ...args);
  return { running, url: await addressOf(running) };
}

test("kill -9 in the middle of posting loses no answered entry and doubles none", async (t) => {
  const file = temporaryFile(t);
  const senders = range(1, SENDERS).map((n) => new Sender(`instance-${n}`));
  await killAndRestart(senders, () => start(t, file), () => checkStored(file, senders));
  await settle(t, file, senders);
});

test("kill -9 while frames come in and retention removes the oldest: every answered entry is there or was removed in its turn", async (t) => {
  const file = temporaryFile(t);
  const senders = range(1, SENDERS).map((n) => new Sender(`instance-${n}`, largeFrame));
  await killAndRestart(senders, () => start(t, file, "--max-bytes", "1MB"), () => checkAccounted(file, senders));
});

/** Some rounds of sending until the process is killed, each followed by a look at the file with the next process on it. */
async function killAndRestart(senders: readonly Sender[], next: () => ReturnType<typeof start>, check: () => void): Promise<void> {
  const answered = (): number => senders.reduce((sum, sender) => sum + sender.answered.size, 0);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { running, url } = await next();
    const goal = answered() + ANSWERED_BEFORE_KILL;
    const sending = Promise.all(senders.map((sender) => sender.sendUntilKilled(url)));
    await waitFor(`${goal} answers`, () => answered() >= goal);
    running.child.kill("SIGKILL");
    assert.equal((await running.ended).signal, "SIGKILL");
    await sending;
    // A new process on the same file, before anything is sent again.
    const restarted = await next();
    check();
    restarted.running.child.kill("SIGKILL");
    await restarted.running.ended;
  }
}

/** Every answered number is known as stored; the entries there are the newest without a gap, and the rest is counted as expired. */
function checkAccounted(file: string, senders: readonly Sender[]): void {
  const reader = openReader(file);
  for (const { instance, answeredSeqs } of senders) {
    const ranges = reader.all<{ first: number; last: number }>("SELECT first, last FROM seqs WHERE instance = ?", [instance]);
    const lost = answeredSeqs.filter((seq) => !ranges.some(({ first, last }) => first <= seq && seq <= last));
    assert.deepEqual(lost, [], `${instance}: answered and lost`);
  }
  const [sums] = reader.all<{ entries: number; expired: number; last: number }>("SELECT entries, expired, last_entry AS last FROM totals");
  const [found] = reader.all<{ first: number; last: number; count: number }>("SELECT min(id) AS first, max(id) AS last, count(*) AS count FROM entries");
  const [known] = reader.all<{ count: number }>("SELECT sum(last - first + 1) AS count FROM seqs");
  assert.ok(sums && found && known);
  assert.deepEqual([found.count, found.last - found.first + 1, found.last], [sums.entries, sums.entries, sums.last]);
  assert.deepEqual([sums.entries + sums.expired, found.first - 1], [known.count, sums.expired]);
  assert.ok(sums.expired > 0 || known.count < 400, "retention did not run");
  assert.deepEqual(reader.all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
  reader.close();
}

/** Every answered entry is there, none is there twice. */
function checkStored(file: string, senders: readonly Sender[]): void {
  const reader = openReader(file);
  for (const { instance, answeredSeqs } of senders) {
    const rows = reader.all<{ seq: number }>("SELECT seq FROM entries WHERE instance = ? ORDER BY seq", [instance]);
    const seqs = rows.map((row) => row.seq);
    assert.equal(new Set(seqs).size, seqs.length, `${instance}: stored twice`);
    const there = new Set(seqs);
    assert.deepEqual(answeredSeqs.filter((seq) => !there.has(seq)), [], `${instance}: answered and lost`);
  }
  assert.deepEqual(reader.all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
  reader.close();
}

/** After the batches under way at the last kill were sent again, all is there, and the accounts say so. */
async function settle(t: TestContext, file: string, senders: readonly Sender[]): Promise<void> {
  const { running, url } = await start(t, file);
  const begun = new Map(senders.map((sender) => [sender, sender.sent]));
  const sending = Promise.all(senders.map((sender) => sender.sendUntilKilled(url)));
  await waitFor("the answer of every batch begun before", () => senders.every((sender) => sender.answered.size >= (begun.get(sender) ?? 0)));
  running.child.kill("SIGTERM");
  await sending;
  checkStored(file, senders);
  const reader = openReader(file);
  for (const ledger of reader.ledgers()) assert.equal(ledger.missing, 0, ledger.instance);
  assert.equal(reader.ledgers().length, SENDERS);
  reader.close();
}
