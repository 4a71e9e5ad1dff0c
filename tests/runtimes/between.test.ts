/** Events that go on after their answer: what they log leaves in between. `withSapwood` as the package has it for Node, against a real receiver. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { pack } from "../package/packed.js";
import { answer } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import type { RootLogger } from "../../js/src/types.js";
import type { WithSapwood, WorkerOptions } from "../../js/src/worker.js";

const packed = pack();
const { withSapwood } = (await import(pathToFileURL(join(packed.folder, "dist/worker.js")).href)) as { withSapwood: WithSapwood };

let receiver: Receiver;
before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.close());
beforeEach(() => receiver.reset());

const messages = (): unknown[] => receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message));

/** An event whose body is open: its log, its writer, and the end of all that the platform was asked to wait for. */
interface Open {
  readonly log: RootLogger;
  readonly response: Response;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly told: Record<string, number>;
  ended(): Promise<void>;
}

async function opened(options: Partial<WorkerOptions>, early = 0): Promise<Open> {
  const told: Record<string, number> = {};
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  let log!: RootLogger;
  const callbacks = { onError: () => {}, onDrop: (reason: string, count: number) => void (told[reason] = (told[reason] ?? 0) + count) };
  const handler = withSapwood({ source: "between", endpoint: receiver.endpoint, requests: false, ...options, ...callbacks }, {
    fetch(_request: Request, _env: unknown, ctx: { log: unknown }) {
      log = ctx.log as RootLogger;
      for (let i = 0; i < early; i++) log.info(`early ${i}`);
      return new Response(readable, { headers: { "content-type": "text/event-stream" } });
    },
  });
  const waits: Promise<unknown>[] = [];
  const response = await handler.fetch(new Request("http://shop.example/"), {}, { waitUntil: (promise) => void waits.push(promise) });
  // The task after the one that answers.
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { log, response, told, writer: writable.getWriter(), ended: async () => void (await Promise.all(waits)) };
}

test("while a body streams, a full batch leaves at once, and nothing is lost", async () => {
  const { log, response, writer, told, ended } = await opened({ batchSize: 10 });
  for (let batch = 0; batch < 5; batch++) {
    for (let i = 0; i < 10; i++) log.info(`m${batch * 10 + i}`);
    // The next call finds the batch full; the one before has been answered.
    await waitFor("the batches before", () => receiver.received.length === batch && log.stats().inFlight === 0);
  }
  const text = response.text();
  await writer.close();
  assert.equal(await text, "");
  await ended();
  assert.deepEqual([messages(), receiver.received.length, told], [Array.from({ length: 50 }, (_, i) => `m${i}`), 5, {}]);
});

test("while a body streams, what waits leaves after a while; the pause doubles", async () => {
  const { log, response, writer, ended } = await opened({ flushInterval: 100 });
  const pauses: number[] = [];
  for (let n = 0; n < 3; n++) {
    const began = performance.now();
    log.info(`m${n}`);
    await waitFor("the entry", () => messages().includes(`m${n}`));
    pauses.push(performance.now() - began);
    await waitFor("the answer", () => log.stats().delivered === n + 1);
  }
  for (const [n, least] of [100, 200, 400].entries()) assert.ok(pauses[n]! >= least - 5, `${pauses.join()} ms`);
  void writer.close();
  await response.text();
  await ended();
  assert.deepEqual([messages(), receiver.received.length], [["m0", "m1", "m2"], 3]);
});

test("what a body was given that nobody reads leaves all the same", async () => {
  const { log, told } = await opened({ flushInterval: 100 }, 2);
  await waitFor("the early entries", () => messages().length === 2);
  log.info("late");
  await waitFor("the late one", () => messages().length === 3);
  assert.deepEqual(told, {});
});

test("an event makes so many requests that its platform bears them; then it holds, and counts what is too much", async () => {
  const { log, response, writer, told, ended } = await opened({ batchSize: 1 });
  for (let n = 0; n < 40; n++) {
    log.info(`m${n}`);
    await waitFor("an answer", () => log.stats().inFlight === 0);
  }
  void writer.close();
  await response.text();
  await ended();
  assert.deepEqual([receiver.received.length, messages().length, told], [31, 31, { buffer_full: 9 }]);
});

test("what could not be sent in between is told, and the next goes on", async () => {
  receiver.script(answer(500));
  const { log, response, writer, told, ended } = await opened({ flushInterval: 50 });
  log.info("lost");
  await waitFor("the drop", () => told["retries_exhausted"] === 1);
  log.info("kept");
  void writer.close();
  await response.text();
  await ended();
  assert.deepEqual([messages(), log.stats().delivered], [["lost", "kept"], 1]);
});

test("while what waitUntil was given goes on, what is logged leaves in between", async () => {
  const handler = withSapwood({ source: "between", endpoint: receiver.endpoint, flushInterval: 50 }, {
    fetch(_request: Request, _env: unknown, ctx: { log: RootLogger; waitUntil(promise: Promise<unknown>): void }) {
      const arrived = waitFor("its own entry", () => messages().includes("GET / 204"));
      ctx.waitUntil(arrived.then(() => void ctx.log.info("it has arrived")));
      return new Response(null, { status: 204 });
    },
  });
  const waits: Promise<unknown>[] = [];
  await handler.fetch(new Request("http://shop.example/"), {}, { waitUntil: (promise) => void waits.push(promise) });
  await Promise.all(waits);
  assert.deepEqual(messages(), ["GET / 204", "it has arrived"]);
});
