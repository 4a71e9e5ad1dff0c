/** What was answered with 200 outlives `kill -9` at any moment, and what is sent again is stored once. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
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

  constructor(readonly instance: string) {}

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
    const answer = await post(url, body).catch(() => null);
    if (answer === null) return false;
    assert.equal(answer.status, 200);
    assert.equal((answer.body.count ?? 0) + (answer.body.duplicates ?? 0), BATCH);
    return true;
  }

  get answeredSeqs(): number[] {
    return [...this.answered].flatMap((n) => range(n * BATCH + 1, (n + 1) * BATCH));
  }
}

async function start(t: TestContext, file: string): Promise<{ running: Program; url: string }> {
  const running = program(t, "--port", "0", "--db", file, "--quiet");
  return { running, url: await addressOf(running) };
}

test("kill -9 in the middle of posting loses no answered entry and doubles none", async (t) => {
  const file = temporaryFile(t);
  const senders = range(1, SENDERS).map((n) => new Sender(`instance-${n}`));
  const answered = (): number => senders.reduce((sum, sender) => sum + sender.answered.size, 0);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { running, url } = await start(t, file);
    const goal = answered() + ANSWERED_BEFORE_KILL;
    const sending = Promise.all(senders.map((sender) => sender.sendUntilKilled(url)));
    await waitFor(`${goal} answers`, () => answered() >= goal);
    running.child.kill("SIGKILL");
    assert.equal((await running.ended).signal, "SIGKILL");
    await sending;
    // A new process on the same file, before anything is sent again.
    const next = await start(t, file);
    checkStored(file, senders);
    next.running.child.kill("SIGKILL");
    await next.running.ended;
  }
  await settle(t, file, senders);
});

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
