/**
 * What one event of a Worker leaves to the next: nothing. `withSapwood` as the package has it for Node, where an event is a call and its
 * `waitUntil` can be awaited, against a real receiver.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { pack } from "../package/packed.js";
import { answer, type Behaviour, hang } from "../support/behaviours.js";
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

type Work = (log: RootLogger, waitUntil: (promise: Promise<unknown>) => void) => unknown;
interface Handled {
  readonly log: RootLogger;
  /** What the platform was asked to wait for, in ms. */
  readonly heldMs: number;
}

/** A Worker whose events do what they are given, and what the application was told of drops. */
function worker(options: Partial<WorkerOptions> = {}): { event: (work: Work) => Promise<Handled>; told: Record<string, number>; codes: string[] } {
  const told: Record<string, number> = {};
  const codes: string[] = [];
  let next: Work;
  const given = { source: "pool", endpoint: receiver.endpoint, requests: false, ...options };
  const callbacks = {
    onError: ({ code }: { code: string }) => void codes.push(code),
    onDrop: (reason: string, count: number) => void (told[reason] = (told[reason] ?? 0) + count),
  };
  const handler = withSapwood({ ...given, ...callbacks }, {
    async fetch(_request: Request, _env: unknown, ctx: { log: unknown; waitUntil(promise: Promise<unknown>): void }) {
      await next(ctx.log as RootLogger, (promise) => ctx.waitUntil(promise));
      return new Response("ok");
    },
  });
  const event = async (work: Work): Promise<Handled> => {
    const waits: Promise<unknown>[] = [];
    let log!: RootLogger;
    next = (given, waitUntil) => work((log = given), waitUntil);
    await (await handler.fetch(new Request("http://shop.example/"), {}, { waitUntil: (promise) => void waits.push(promise) })).text();
    const began = performance.now();
    for (let i = 0; i < waits.length; i++) await waits[i];
    return { log, heldMs: performance.now() - began };
  };
  return { event, told, codes };
}

const messages = (): unknown[] => receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message));
/** A turn of all that was planned for later tasks. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("a failure of one event, and what the server asked of it, is not the next one's", async () => {
  receiver.script(answer(503, {}, { "retry-after": "60" }));
  const { event, told } = worker();
  for (const message of ["one", "two", "three"]) {
    const { heldMs } = await event((log) => log.info(message));
    assert.ok(heldMs < 5000, `held for ${heldMs} ms`);
  }
  await turn();
  assert.deepEqual([messages(), told], [["one", "two", "three"], { retries_exhausted: 1 }]);
  // The lost one is told by the next core that delivers.
  assert.deepEqual(receiver.received[1]!.batch.dropped, { retries_exhausted: 1 });
});

test("what the event's flush leaves is dropped, counted and told; what its own flushes left before is not", async () => {
  receiver.script(...Array.from({ length: 100 }, hang));
  const { event, told } = worker({ timeoutMs: 200, retry: { maxRetries: 50, initialDelayMs: 10 } });
  const { log } = await event(async (log) => {
    log.info("lost");
    assert.deepEqual(await log.flush({ timeoutMs: 50 }), { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 });
  });
  await turn();
  const { accepted, buffered, inFlight, dropped } = log.stats();
  const lost = { retries_exhausted: 1 };
  assert.deepEqual([accepted, buffered, inFlight, dropped, told], [1, 0, 0, lost, lost]);
});

test("an outage costs each event its own entries and one attempt, and cores are used again when it is over", async () => {
  const total = 200;
  receiver.script(...Array.from({ length: total }, () => answer(500)));
  const { event, told } = worker();
  const instances = new Set<unknown>();
  for (let n = 0; n < total + 20; n++) await event((log) => log.info(`m${n}`));
  await turn();
  assert.equal(receiver.received.length, total + 20, "an attempt each");
  for (const { batch } of receiver.received.slice(total)) instances.add(batch.instance);
  assert.deepEqual([told, instances.size], [{ retries_exhausted: total }, 1]);
});

test("how often one event has logged something does not limit the next", async () => {
  const { event, told } = worker({ rateLimit: 1 });
  for (let n = 0; n < 5; n++) await event((log) => { for (let i = 0; i < 10; i++) log.info("Row read"); });
  assert.deepEqual([messages().length, told], [50, {}]);
  await event((log) => { for (let i = 0; i < 20; i++) log.info("Row read"); });
  await turn();
  // Ten in ten seconds, and one that stands for the others.
  assert.deepEqual([messages().length, told], [61, { rate_limited: 9 }]);
});

test("what is logged while the flush is on its way leaves in one more; after that it is counted", async () => {
  const { event, told } = worker();
  let late!: RootLogger;
  let logged!: () => void;
  const duringFlush: Behaviour = async (exchange) => {
    late.info("while the flush was on its way");
    logged();
    await answer(200)(exchange);
  };
  const duringSecond: Behaviour = async (exchange) => {
    late.info("in the second one");
    await answer(200)(exchange);
  };
  receiver.script(duringFlush, duringSecond);
  const { log } = await event((log, waitUntil) => {
    late = log.info("first");
    const told = new Promise<void>((resolve) => (logged = resolve));
    waitUntil(Promise.resolve());
    void told.then(() => waitUntil(turn().then(() => void late.info("in a later waitUntil"))));
  });
  log.info("after the end");
  await turn();
  assert.deepEqual(messages(), ["first", "while the flush was on its way", "in a later waitUntil"]);
  const { accepted, delivered, buffered, dropped } = log.stats();
  assert.deepEqual([accepted, delivered, buffered, dropped, told], [5, 3, 0, { closed: 2 }, { closed: 2 }]);
});

test("an event that has ended has no hand on the core of another", async () => {
  const { event } = worker();
  const { log: ended } = await event((log) => log.info("one"));
  const before = ended.stats();
  const { log } = await event(async (log) => {
    log.info("two");
    ended.info("too late");
    assert.deepEqual(await ended.flush(), { delivered: 0, pending: 0, dropped: 0, lastStatus: 0 });
    assert.equal(receiver.received.length, 1, "its flush sends nothing of another");
  });
  assert.deepEqual(messages(), ["one", "two"]);
  assert.deepEqual(ended.stats(), { ...before, accepted: 2, dropped: { closed: 1 } });
  assert.equal(log.stats().delivered, 1);
});

test("an event that denies consent denies it for itself", async () => {
  const { event } = worker();
  await event((log) => log.info("one"));
  await event((log) => { log.setConsent("denied").info("withheld"); });
  await event((log) => log.info("two"));
  assert.deepEqual(messages(), ["one", "two"]);
});

test("a flush that the application does not wait for is waited for at the event's end", async () => {
  let answered = 0;
  receiver.script(async (exchange) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await answer(200)(exchange);
    answered++;
  });
  const { event } = worker();
  const { log } = await event((log) => void log.info("one").flush());
  assert.deepEqual([answered, log.stats().delivered, log.stats().inFlight], [1, 1, 0]);
});

test("a close during a flush waits for it, and leaves nothing uncounted", async () => {
  receiver.script(answer(503, {}, { "retry-after": "60" }));
  const { event, told } = worker();
  const { log } = await event(async (log) => {
    void log.info("one").flush({ timeoutMs: 2000 });
    await log.close({ timeoutMs: 500 });
  });
  const { accepted, buffered, inFlight, dropped } = log.stats();
  await turn();
  assert.deepEqual([accepted, buffered, inFlight, dropped], [1, 0, 0, told]);
  assert.equal(Object.values(told).reduce((sum, count) => sum + count, 0), 1);
});

test("events listen to nothing, whatever the options say", async (t) => {
  const listened = t.mock.fn();
  const scope = globalThis as { addEventListener?: unknown };
  const standing = scope.addEventListener;
  scope.addEventListener = listened;
  const { event, codes } = worker({ captureErrors: true, session: "tab", offline: "persist", core: "js" } as Partial<WorkerOptions>);
  await event((log) => log.info("one"));
  scope.addEventListener = standing;
  assert.deepEqual([listened.mock.callCount(), codes, receiver.received[0]!.logs[0]!.sessionId], [0, [], undefined]);
});
