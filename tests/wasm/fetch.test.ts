/** A page's own `fetch`: it may log, wait, throw, close the logger, or be no function at all. Nothing is lost and nothing is sent twice. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { DROP_REASONS, STAT_ACCEPTED, STAT_DELIVERED, STAT_DROPPED } from "../../js/src/protocol.js";
import { waitFor } from "../support/wait.js";
import { Core, flushed } from "./support/core.js";
import { replace } from "./support/globals.js";
import { Receiver } from "./support/receiver.js";
import { entry } from "./support/record.js";
import { assertDelivered, CALLS, inside } from "./support/reenter.js";
import { HIDE } from "./support/signals.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("a fetch that logs and flushes", async (t) => {
  const { core, call } = inside(server);
  const fetched = replace<typeof fetch>(t, "fetch", (...given: Parameters<typeof fetch>) => {
    call();
    const promise = fetched(...given);
    call();
    return promise;
  });
  core.records(entry(1), entry(2));
  core.flush();
  await assertDelivered(server, core, 2 + CALLS);
});

test("a fetch that logs so much that the memory grows: the body is the one that was meant", async (t) => {
  const core = new Core(server.endpoint, { batchSize: 1 });
  let grown = false;
  const fetched = replace<typeof fetch>(t, "fetch", (url: string, init: RequestInit) => {
    if (!grown) {
      grown = true;
      core.records(...Array.from({ length: 500 }, (_, at) => entry(at + 2, { message: "x".repeat(2000) })));
    }
    return fetched(url, init);
  });
  core.records(entry(1, { message: "the first" }));
  await waitFor("the first request", () => server.received.length > 0);
  assert.deepEqual(server.received[0]?.logs.map(({ message }) => message), ["the first"]);
  await assertDelivered(server, core, 501);
});

test("a fetch that reads its arguments later: each request has its own", async (t) => {
  const core = new Core(server.endpoint);
  const fetched = replace<typeof fetch>(t, "fetch", async (...given: Parameters<typeof fetch>) => {
    await Promise.resolve();
    return fetched(...given);
  });
  core.records(entry(1));
  core.flush();
  core.records(entry(2));
  // While the page is hidden a second request may be under way.
  core.receive(HIDE);
  await assertDelivered(server, core, 2);
});

test("a fetch that closes its core: nothing is sent twice, and the rest is counted as closed", async (t) => {
  const core = new Core(server.endpoint, { batchSize: 1 });
  let token = 0;
  const fetched = replace<typeof fetch>(t, "fetch", (...given: Parameters<typeof fetch>) => {
    token ||= core.flush(0, true);
    core.records(entry(9));
    return fetched(...given);
  });
  core.records(entry(1), entry(2));
  await waitFor("the close", () => core.settled(token));
  await waitFor("the answer", () => core.stat(STAT_DELIVERED) === 1);
  assert.deepEqual([core.stat(STAT_ACCEPTED), core.stat(STAT_DROPPED + DROP_REASONS.indexOf("closed"))], [3, 2]);
  core.assertSound();
});

test("a fetch that throws, gives nothing, or is not there fails the request and not the core", async (t) => {
  // A promise that cannot be listened to never ends: time ends it.
  const core = new Core(server.endpoint, { timeoutMs: 100 });
  // What fails at once and never had an answer counts as blocked.
  core.records(entry(1));
  assert.equal((await flushed(core)).delivered, 1);
  const hostile = (): never => assert.fail("hostile");
  const broken = [hostile, () => undefined, () => ({ then: 1 }), () => ({ then: hostile }), undefined, 7];
  const fetched = replace(t, "fetch", undefined);
  const left = [...broken];
  Object.defineProperty(globalThis, "fetch", { configurable: true, get: () => (left.length ? left.shift() : fetched) });
  core.records(entry(2));
  assert.equal((await flushed(core)).delivered, 1);
  assert.deepEqual([server.received.length, server.received[1]?.batch.attempt], [2, broken.length + 1]);
  core.assertSound();
});

test("two cores whose requests call each other", async (t) => {
  const [one, two] = [inside(server), inside(server)];
  const fetched = replace<typeof fetch>(t, "fetch", (...given: Parameters<typeof fetch>) => {
    one.call();
    two.call();
    return fetched(...given);
  });
  for (const { core } of [one, two]) {
    core.records(entry(1));
    core.flush();
  }
  await waitFor("both to be done", () => [one, two].every(({ core }) => core.stat(STAT_DELIVERED) === 1 + CALLS));
  for (const { core } of [one, two]) core.assertSound();
});
