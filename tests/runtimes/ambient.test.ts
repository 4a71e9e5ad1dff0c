/** `withContext` across `await`, called again and again inside of itself: what is kept of it is bounded, and reads as it would without a bound. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pack } from "../package/packed.js";
import { Receiver } from "../wasm/support/receiver.js";
import type { LoggerOptions, RootLogger } from "../../js/src/types.js";

const packed = pack();
const { createLogger } = (await import(pathToFileURL(join(packed.folder, "dist/node.js")).href)) as {
  createLogger: (options: LoggerOptions) => RootLogger;
};

let receiver: Receiver;
before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.close());
beforeEach(() => receiver.reset());

/** Rounds of which each sets off the next one inside of its context. */
function rounds(total: number, round: (n: number, next: () => void) => void): Promise<void> {
  return new Promise((done) => {
    let n = 0;
    const next = (): void => (n < total ? round(n++, () => void setImmediate(next)) : done());
    next();
  });
}

test("a thousand rounds, each begun inside of the last one, see the innermost context, and cost what one costs", async () => {
  const log = createLogger({ source: "rounds", endpoint: receiver.endpoint, rateLimit: false, batchSize: 1000 });
  const other = log.child({ part: "other" });
  const total = 3000;
  await rounds(total, (n, next) =>
    // Two loggers in turn, so that the frames of each have to be found behind the other's.
    (n % 2 ? log : other).withContext({ n, [n % 2 ? "odd" : "even"]: n }, () => {
      if (n >= total - 2) other.info(`round ${n}`);
      next();
    }),
  );
  await log.close();
  const entries = receiver.received.flatMap(({ logs }) => logs);
  assert.deepEqual(
    entries.map(({ message, context }) => [message, context]),
    [
      [`round ${total - 2}`, { n: total - 2, even: total - 2, odd: total - 3, part: "other" }],
      [`round ${total - 1}`, { n: total - 2, even: total - 2, odd: total - 1, part: "other" }],
    ],
  );
});

test("rounds that would run out of stack, were each inside of all before it, are logged", async () => {
  const log = createLogger({ source: "deep", endpoint: receiver.endpoint, rateLimit: false, batchSize: 1000, onDrop: () => {} });
  const total = 12_000;
  await rounds(total, (n, next) => log.withContext({ n }, () => {
    if (n % 1000 === 999) log.info(`round ${n}`);
    next();
  }));
  await log.close();
  assert.deepEqual([log.stats().delivered, log.stats().dropped], [total / 1000, {}]);
});

test("what a core cannot make one of loses its oldest, and what is sent stays within bounds", async () => {
  const log = createLogger({ source: "wide", endpoint: receiver.endpoint, rateLimit: false, maxDataBytes: 1024 });
  const total = 500;
  await rounds(total, (n, next) => log.withContext({ [`key${n}`]: "x".repeat(100) }, () => {
    if (n === total - 1) log.info("last");
    next();
  }));
  await log.close();
  const { context } = receiver.received[0]!.logs[0]!;
  assert.ok(`key${total - 1}` in context!);
  assert.ok(JSON.stringify(context).length < 8192, JSON.stringify(context));
});
