/** Answers that are final: what is given up, what is cut into smaller batches, and what the application hears of it. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { answer, type Behaviour } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { assertCloses } from "../support/stats.js";
import { rig } from "./support/logger.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("401 stops the sender for good, and surfaces once", async () => {
  const { log, errors, drops } = rig(server);
  server.script(answer(401, { error: "no" }));
  log.info("one").info("two");
  assert.deepEqual(await log.flush(), { delivered: 0, pending: 0, dropped: 2, lastStatus: 401 });
  for (let round = 0; round < 3; round++) {
    log.info("late");
    await log.flush();
  }
  assert.equal(server.received.length, 1);
  assert.deepEqual(errors.map(({ code, status }) => [code, status]), [["unauthorized", 401]]);
  assert.deepEqual(log.stats().dropped, { rejected: 5 });
  await waitFor("onDrop", () => drops.rejected === 5);
  assertCloses(log.stats());
});

test("400 with a count: so many were taken, the others are rejected, none is sent again", async () => {
  const { log, errors } = rig(server);
  server.script(answer(400, { error: "bad", count: 1, duplicates: 1, issues: [{ path: ["logs", 2, "level"], message: "no" }] }));
  log.info("one").info("two").info("three");
  assert.deepEqual(await log.flush(), { delivered: 2, pending: 0, dropped: 1, lastStatus: 400 });
  assert.deepEqual([log.stats().delivered, log.stats().dropped], [2, { rejected: 1 }]);
  log.info("four");
  await log.flush();
  assert.equal(server.received.length, 2);
  assert.deepEqual(errors.map(({ code, status }) => [code, status]), [["rejected", 400]]);
});

/** What a receiver says of entries that it does not take. */
const issues = (...places: number[]) => places.map((place) => ({ path: ["logs", place, "level"], message: "no" }));
const words = (at: number) => server.received[at]!.logs.map(({ message }) => message);

test("400 that names entries: they are rejected, the others were taken, wherever they stand", async () => {
  const { log } = rig(server);
  server.script(answer(400, { count: 2, issues: issues(0, 2, 0) }));
  log.info("one").info("two").info("three").info("four");
  assert.deepEqual(await log.flush(), { delivered: 2, pending: 0, dropped: 2, lastStatus: 400 });
  assert.equal(server.received.length, 1);
  assertCloses(log.stats());
});

test("400 that names entries and took none: the others go again, in a batch of their own", async () => {
  const { log, errors, drops } = rig(server);
  server.script(answer(400, { error: "bad", issues: issues(1) }));
  log.info("one").info("two").info("three");
  assert.deepEqual(await log.flush(), { delivered: 2, pending: 0, dropped: 1, lastStatus: 200 });
  assert.deepEqual([words(0), words(1)], [["one", "two", "three"], ["one", "three"]]);
  assert.notEqual(server.received[0]!.batch.id, server.received[1]!.batch.id);
  assert.deepEqual(errors.map(({ code }) => code), ["rejected"]);
  await waitFor("onDrop", () => drops.rejected === 1);
  assertCloses(log.stats());
});

test("400 with issues that name no entry: as without", async () => {
  const strange = [
    "no list", {}, [], [null], [{}], [{ path: "logs" }], [{ path: ["logs"] }], [{ path: ["logs", "0"] }], [{ path: ["batch", "instance"] }],
    [{ path: ["logs", 7] }], { shift: 1 },
  ];
  for (const given of strange) {
    server.reset();
    const { log } = rig(server);
    server.script(answer(400, { count: 1, issues: given }));
    log.info("one").info("two");
    assert.deepEqual(await log.flush(), { delivered: 1, pending: 0, dropped: 1, lastStatus: 400 }, JSON.stringify(given));
    assert.equal(server.received.length, 1);
  }
});

test("413 halves down to the one that is too large; the others arrive, in order", async () => {
  const { log, errors, drops } = rig(server);
  const taken: number[] = [];
  const small: Behaviour = async (exchange) => {
    const { logs } = JSON.parse(exchange.body.toString()) as { logs: { seq: number }[] };
    const fits = !logs.some(({ seq }) => seq === 6);
    if (fits) taken.push(...logs.map(({ seq }) => seq));
    await answer(fits ? 200 : 413)(exchange);
  };
  server.script(...Array.from({ length: 30 }, () => small));
  for (let at = 1; at <= 9; at++) log.info(`${at}`);
  const { delivered, dropped, pending } = await log.flush();
  assert.deepEqual({ delivered, dropped, pending }, { delivered: 8, dropped: 1, pending: 0 });
  assert.deepEqual(taken, [1, 2, 3, 4, 5, 7, 8, 9]);
  await waitFor("onDrop", () => drops.too_large === 1);
  assert.ok(errors.every(({ code }) => code === "payload_too_large"));
  // An id never names other entries.
  const named = new Map<string, string>();
  for (const { batch, logs } of server.received) {
    const text = JSON.stringify(logs);
    assert.equal(named.get(batch.id) ?? text, text);
    named.set(batch.id, text);
  }
  assertCloses(log.stats());
});
