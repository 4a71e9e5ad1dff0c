/** A trap in the core: it ends in a logger that counts, and never in the application. The module is real, and so are the traps. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { create } from "../../js/src/create.js";
import type { SapwoodError } from "../../js/src/error.js";
import { inlined } from "../../js/src/loader.js";
import type { RootLogger } from "../../js/src/root.js";
import { hang } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { assertCloses } from "../support/stats.js";
import { Receiver } from "./support/receiver.js";
import { type Call, CALLS, patch, PATCHES, trapping } from "./support/trapping.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

interface Rig {
  log: RootLogger;
  arm: () => void;
  errors: SapwoodError[];
}

function rig(name: Call, most = Infinity, endpoint = server.endpoint): Rig {
  const { loader, arm } = trapping(name, most);
  const errors: SapwoodError[] = [];
  const onError = (error: SapwoodError): void => void errors.push(error);
  const offline = name === "_stored" ? "persist" : "memory";
  const options = { source: "shop", endpoint, flushInterval: 60_000, offline, onError, onDrop: () => {} } as const;
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
  patch(log);
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

test("a trap when the store of the journal answers", async (t) => {
  // Of its own: what is on its way when the core traps arrives some time.
  const own = await Receiver.start();
  t.after(() => own.close());
  const trapped = rig("_stored", Infinity, own.endpoint);
  trapped.arm();
  trapped.log.info("one");
  const { delivered } = await trapped.log.flush();
  assert.equal(delivered, 0);
  await assertDegraded(trapped, 0);
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

test("a trap where room is made for a hand-over: what was delivered stays counted, the rest is core_failed", async () => {
  const trapped = rig("_reserve");
  assert.equal((await trapped.log.info("one").flush()).delivered, 1);
  trapped.arm();
  await trapped.log.info("two").flush();
  await assertDegraded(trapped, 1);
});

test("a trap in a deep merge: the oldest patch of the context goes, and entries still arrive", async () => {
  const trapped = rig("_merge", 1);
  const { log, errors, arm } = trapped;
  await log.info("one").flush();
  arm();
  patch(log);
  await waitFor("the trap", () => errors.length === 1);
  assert.equal((await log.info("two").flush()).delivered, 1);
  const context = server.received.at(-1)?.logs[0]?.context as Record<string, number>;
  assert.equal(context["last"], PATCHES - 1);
  assertCloses(log.stats());
  assert.deepEqual([log.stats().delivered, log.stats().dropped, log.stats().core], [2, {}, "wasm"]);
  await log.close();
});

test("a core that cannot be counted is one that failed: the sum closes, and whoever asked hears of no exception", async () => {
  const trapped = rig("_stat");
  await trapped.log.info("one").flush();
  trapped.arm();
  // What it had delivered is not to be known any more.
  const { accepted, dropped } = trapped.log.stats();
  assert.deepEqual([accepted, dropped], [1, { core_failed: 1 }]);
  await trapped.log.info("two").flush();
  const stats = trapped.log.stats();
  assertCloses(stats);
  assert.deepEqual([stats.accepted, stats.core, stats.dropped], [2, "none", { core_failed: 2 }]);
  assertCloses((await trapped.log.close(), trapped.log.stats()));
  await waitFor("onError", () => trapped.errors.length === 2);
  assert.deepEqual(trapped.errors.map(({ code }) => code), ["core_failed", "core_failed"]);
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

for (const name of CALLS)
  test(`a trap in ${name} of one instance: a fresh one delivers what comes after, and the loss is counted`, async () => {
    const trapped = rig(name, 1);
    const { log, errors } = trapped;
    trapped.arm();
    log.info("one");
    await log.flush();
    log.setConsent("granted");
    patch(log);
    assertCloses(log.stats());
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
