/** A trap in the core: it ends in a logger that counts, and never in the application. The module is real, and so are the traps. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { create } from "../../js/src/create.js";
import type { SapwoodError } from "../../js/src/error.js";
import { inlined } from "../../js/src/loader.js";
import type { RootLogger } from "../../js/src/root.js";
import type { CoreModule, Loader } from "../../js/src/protocol.js";
import { hang } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { assertCloses } from "../support/stats.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** An address beyond the memory, and so far from its end that no sum wraps: whoever is called with it traps. */
const NOWHERE = 0x7fff_0000;

type Call = "_records" | "_flush" | "_receive" | "_consent" | "_listen" | "_start";

/** Instances of the module, with traps in the calls of that name: in the first `most` instances, once they are armed. */
function trapping(name: Call, most: number): { loader: Loader; arm: () => void } {
  let armed = false;
  let instances = 0;
  let current: CoreModule | undefined;
  const make = (): CoreModule => {
    inlined._drop?.();
    const module = inlined._now();
    const traps = instances++ < most;
    const call = module[name] as (...given: unknown[]) => unknown;
    // `_start` traps for an empty configuration.
    const trapped = (_: unknown, ...rest: unknown[]): unknown => call(name === "_start" ? 0 : NOWHERE, ...rest);
    return { ...module, [name]: (...given: unknown[]) => (armed && traps ? trapped : call)(...(given as [unknown])) };
  };
  const now = (): CoreModule => (current ??= make());
  const loader: Loader = { _now: now, _later: async () => now(), _drop: () => (current = undefined) };
  return { loader, arm: () => (armed = true) };
}

interface Rig {
  log: RootLogger;
  arm: () => void;
  errors: SapwoodError[];
}

function rig(name: Call, most = Infinity): Rig {
  const { loader, arm } = trapping(name, most);
  const errors: SapwoodError[] = [];
  const onError = (error: SapwoodError): void => void errors.push(error);
  const options = { source: "shop", endpoint: server.endpoint, flushInterval: 60_000, onError, onDrop: () => {} };
  return { log: create(options, loader), arm, errors };
}

/** Degraded for good: counts, answers and throws nothing. */
async function assertDegraded({ log, errors }: Rig, delivered: number): Promise<void> {
  // The fresh instance traps as well, in what it is asked to do next.
  await waitFor("the second trap", async () => {
    if (errors.length < 2) await log.info("more").setConsent("granted").flush();
    return errors.length >= 2;
  });
  assert.equal(log.stats().core, "none");
  assertCloses(log.stats());
  const { accepted } = log.stats();
  log.info("late").child({ a: 1 }).error("late", new Error("x"));
  log.setConsent("denied").setConsent("granted").setContext({ b: 1 }).flow("f").ok();
  for (let patch = 0; patch < 40; patch++) log.setContext({ patch });
  const { delivered: flushed, pending } = await log.flush();
  assert.deepEqual([flushed, pending], [0, 0]);
  await log.close();
  const stats = log.stats();
  assert.deepEqual([stats.accepted, stats.delivered, stats.buffered, stats.inFlight], [accepted + 3, delivered, 0, 0]);
  assert.equal(stats.dropped.core_failed, stats.accepted - delivered);
  assertCloses(stats);
  await waitFor("onError", () => errors.length > 0);
  assert.deepEqual(errors.map(({ code }) => code), ["core_failed", "core_failed"]);
  assert.ok(errors[0]?.cause instanceof WebAssembly.RuntimeError, String(errors[0]?.cause));
}

test("a trap at a hand-over: what was delivered stays counted, the rest is core_failed", async () => {
  const trapped = rig("_records");
  trapped.log.info("one").info("two");
  assert.equal((await trapped.log.flush()).delivered, 2);
  trapped.arm();
  trapped.log.info("three");
  await trapped.log.flush();
  await assertDegraded(trapped, 2);
  assert.equal(server.received.length, 1);
});

test("a trap at the start", async () => {
  const trapped = rig("_start");
  trapped.arm();
  trapped.log.info("one");
  await trapped.log.flush();
  await assertDegraded(trapped, 0);
});

test("a trap when the page is listened to", async () => {
  const trapped = rig("_listen");
  trapped.arm();
  trapped.log.info("one");
  await trapped.log.flush();
  await assertDegraded(trapped, 0);
});

test("a trap in a flush settles it, and those that wait", async () => {
  const trapped = rig("_flush");
  server.script(hang());
  trapped.log.info("one");
  const waiting = trapped.log.flush();
  await waitFor("the request", () => server.received.length === 1);
  trapped.arm();
  const flushes = await Promise.all([trapped.log.flush(), waiting]);
  assert.deepEqual(flushes.map(({ delivered }) => delivered), [0, 0]);
  await assertDegraded(trapped, 0);
});

test("a trap below a callback of the browser reaches neither the process nor the caller", async (t) => {
  const escaped: unknown[] = [];
  const note = (error: unknown): void => void escaped.push(error);
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, note);
    t.after(() => process.off(event, note));
  }
  const trapped = rig("_receive");
  trapped.arm();
  trapped.log.info("one");
  const flushed = await trapped.log.flush();
  assert.deepEqual([flushed.delivered, flushed.pending], [0, 0]);
  await assertDegraded(trapped, 0);
  assert.deepEqual(escaped, []);
});

test("a trap when consent changes", async () => {
  const trapped = rig("_consent");
  trapped.log.info("one");
  await trapped.log.flush();
  trapped.arm();
  trapped.log.setConsent("pending");
  // The fresh instance has delivered once before it traps as well.
  await assertDegraded(trapped, 2);
});

test("a trap of one logger is none of another's", async () => {
  const other = create({ source: "other", endpoint: server.endpoint }, inlined);
  other.info("one");
  await other.flush();
  const trapped = rig("_records");
  trapped.arm();
  trapped.log.info("m");
  await trapped.log.flush();
  other.info("two");
  assert.equal((await other.close()).delivered, 1);
  assert.deepEqual([other.stats().delivered, trapped.log.stats().core], [2, "none"]);
});

for (const name of ["_records", "_flush", "_receive", "_consent", "_listen", "_start"] as const)
  test(`a trap in ${name} of one instance: a fresh one delivers what comes after, and the loss is counted`, async () => {
    const trapped = rig(name, 1);
    const { log, errors } = trapped;
    trapped.arm();
    log.info("one");
    await log.flush();
    log.setConsent("granted");
    await waitFor("the trap", () => errors.length === 1);
    log.info("two").info("three");
    const { pending } = await log.flush();
    const stats = log.stats();
    assertCloses(stats);
    const lost = stats.dropped.core_failed ?? 0;
    assert.deepEqual([stats.core, pending, stats.accepted, stats.delivered + lost], ["wasm", 0, 3, 3]);
    assert.ok(lost <= 1);
    assert.ok(server.received.some(({ logs }) => logs.some(({ message }) => message === "three")));
    await log.close();
    assert.deepEqual(errors.map(({ code }) => code), ["core_failed"]);
  });
