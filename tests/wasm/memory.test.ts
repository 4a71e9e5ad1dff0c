/** The memory of the module: bounded by what is held, not by how much was logged or how many loggers there were. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { create } from "../../js/src/create.js";
import { inlined } from "../../js/src/loader.js";
import type { RootLogger } from "../../js/src/root.js";
import type { LoggerOptions } from "../../js/src/types.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** What a logger that was used and closed may leave in the module. Measured: 3,604 bytes, a third of it the counts of `rateLimit`. */
const LOGGER_BYTES_MAX = 4096;
/** The module's memory may grow by so much after the warm-up, over 80,000 entries: less than 7 bytes an entry. */
const SLACK_BYTES = 524_288;

function bytes(): number {
  return inlined._now()._memory.buffer.byteLength;
}

function logger(options: Partial<LoggerOptions> = {}): RootLogger {
  return create({ source: "shop", endpoint: server.endpoint, flushInterval: 60_000, ...options }, inlined);
}

test(`200 loggers that log and close leave no more than ${LOGGER_BYTES_MAX} bytes each`, async () => {
  const round = async (): Promise<void> => {
    const log = logger();
    for (let at = 0; at < 20; at++) log.info("m", { at, text: "x".repeat(100) });
    assert.equal((await log.close()).delivered, 20);
  };
  for (let warm = 0; warm < 20; warm++) await round();
  const before = bytes();
  for (let at = 0; at < 200; at++) await round();
  const each = (bytes() - before) / 200;
  assert.ok(each <= LOGGER_BYTES_MAX, `${each} bytes a logger`);
});

test("the memory is flat over 50 rounds of 2,000 entries", async () => {
  const log = logger({ batchSize: 500, maxBufferBytes: 4_194_304, rateLimit: false });
  const after: number[] = [];
  for (let round = 0; round < 50; round++) {
    for (let at = 0; at < 2000; at++) log.info(`entry ${at}`, { round, at, text: "x".repeat(at % 200) });
    await log.flush();
    after.push(bytes());
    server.reset();
  }
  assert.equal(log.stats().delivered, 100_000);
  const [warm, last] = [after[9]!, after.at(-1)!];
  assert.ok(last - warm <= SLACK_BYTES, `from ${warm} to ${last} bytes`);
});
