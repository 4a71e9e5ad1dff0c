/** Delivery when the line or the receiver misbehaves: what is sent again, when, under which id, and for how long. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { answer, cut, hang } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { assertCloses } from "../support/stats.js";
import { arrived, rig } from "./support/logger.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** One batch, in attempts 1, 2, 3 …: the same id, the same entries. */
function assertOneBatch(attempts: number): void {
  const { received } = server;
  assert.deepEqual(received.map(({ batch }) => batch.attempt), Array.from({ length: attempts }, (_, at) => at + 1));
  assert.equal(new Set(received.map(({ batch }) => batch.id)).size, 1);
  assert.equal(new Set(received.map(({ logs }) => JSON.stringify(logs))).size, 1);
}

test("500, 500, 200: delivered, the three attempts under one batch id", async () => {
  const { log, errors } = rig(server);
  server.script(answer(500), answer(500));
  log.info("one").info("two");
  assert.deepEqual(await log.flush(), { delivered: 2, pending: 0, dropped: 0, lastStatus: 200 });
  assertOneBatch(3);
  // One report a series.
  assert.deepEqual(errors.map(({ code, status }) => [code, status]), [["server_error", 500]]);
});

test("what is logged during a retry waits for its turn, in a batch of its own", async () => {
  const { log } = rig(server);
  server.script(async (exchange) => {
    log.info("second");
    await answer(503)(exchange);
  });
  log.info("first");
  await log.flush();
  await log.flush();
  assert.deepEqual(server.received.map(({ logs }) => logs.map(({ message }) => message)), [["first"], ["first"], ["second"]]);
  const ids = server.received.map(({ batch }) => batch.id);
  assert.ok(ids[0] === ids[1] && ids[1] !== ids[2]);
});

/** How long after an answer the next request came, in ms by the server's clock. */
function waitedMs(): number {
  const [refused, taken] = server.received;
  assert.ok(refused?.answeredAt && taken, "two requests");
  return taken.at - refused.answeredAt;
}

test("429 with Retry-After in seconds: not sent again before they are over", async () => {
  const { log } = rig(server);
  server.script(answer(429, {}, { "retry-after": "1" }));
  log.info("m");
  assert.equal((await log.flush()).delivered, 1);
  assert.ok(waitedMs() >= 1000 && waitedMs() < 4000, `${waitedMs()} ms`);
  assertOneBatch(2);
});

test("503 with Retry-After as a date: not sent again before it", async () => {
  const { log } = rig(server);
  // A date has whole seconds: between one and two from now.
  const date = new Date(Math.floor(Date.now() / 1000) * 1000 + 2000);
  let arrivedAt = 0;
  server.script(answer(503, {}, { "retry-after": date.toUTCString() }), async (exchange) => {
    arrivedAt = Date.now();
    await answer(200)(exchange);
  });
  log.info("m");
  assert.equal((await log.flush()).delivered, 1);
  assert.ok(arrivedAt >= date.getTime() && arrivedAt < date.getTime() + 3000, `${arrivedAt - date.getTime()} ms after it`);
});

test("a date in any of the three forms that HTTP knows", async () => {
  const date = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ") as [string, string, string, string, string];
  const long = date.toLocaleDateString("en-US", { weekday: "long", timeZone: "UTC" });
  const forms = [
    date.toUTCString(),
    `${long}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    `${weekday} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`,
    "86400",
    "9".repeat(400),
  ];
  for (const header of forms) {
    server.reset();
    const { log } = rig(server);
    server.script(answer(503, {}, { "retry-after": header }));
    log.info("m");
    // Long enough for many attempts with a backoff of some milliseconds, and for none that keeps to the date.
    assert.equal((await log.flush({ timeoutMs: 400 })).pending, 1, header);
    assert.equal(server.received.length, 1, header);
  }
});

test("a body's retryAfter that is no delay is none, and one without end is an hour", async () => {
  for (const [text, requests] of [["-5", 2], ["null", 2], ['"9"', 2], ["1e400", 1], ["1e9", 1]] as const) {
    server.reset();
    const { log } = rig(server);
    server.script(async ({ response }) => {
      response.writeHead(429, { "content-type": "application/json" });
      response.end(`{"retryAfter":${text}}`);
    });
    log.info("m");
    await log.flush({ timeoutMs: 400 });
    assert.equal(server.received.length, requests, text);
  }
});

test("a body that is cut off leaves the status: delivered, and given up", async () => {
  const { log } = rig(server);
  for (const status of [200, 400]) {
    server.script(async ({ response }) => {
      response.writeHead(status, { "content-type": "application/json", "content-length": "100" });
      response.write('{"count":1,', () => response.socket?.destroy());
    });
    log.info("m");
    await log.flush();
  }
  assert.equal(server.received.length, 2);
  const { delivered, dropped } = log.stats();
  assert.deepEqual([delivered, dropped], [1, { rejected: 1 }]);
});

test("a redirect is an error, and is not followed", async () => {
  const { log, errors } = rig(server);
  server.script(answer(307, {}, { location: server.endpoint }));
  log.info("m");
  assert.equal((await log.flush()).delivered, 1);
  assert.deepEqual([server.received.length, errors.map(({ code }) => code)], [2, ["network_error"]]);
});

test("429 with retryAfter in the body: not sent again before it is over", async () => {
  const { log } = rig(server);
  server.script(answer(429, { error: "slow down", retryAfter: 0.7 }));
  log.info("m");
  assert.equal((await log.flush()).delivered, 1);
  assert.ok(waitedMs() >= 700 && waitedMs() < 4000, `${waitedMs()} ms`);
});

test("a Retry-After that makes no sense is none", async () => {
  const tomorrow = new Date(Date.now() + 86_400_000);
  const headers = ["-1", "soon", "", "0", new Date(0).toUTCString(), "1e3", "0x10", "1.5", "+9", "9 s", "9, 9", "Infinity",
    tomorrow.toISOString(), String(tomorrow), tomorrow.toUTCString().replace("GMT", "PST"), "Xyz, 99 Abc 2099 99:99:99 GMT"];
  for (const header of headers) {
    server.reset();
    const { log } = rig(server);
    server.script(answer(429, { retryAfter: "later" }, { "retry-after": header }));
    log.info("m");
    assert.equal((await log.flush()).delivered, 1, header);
    assert.ok(waitedMs() < 900, `${header}: ${waitedMs()} ms`);
  }
});

test("the server takes the body and cuts the line: sent again under the same id", async () => {
  const { log, errors } = rig(server);
  server.script(cut(), cut());
  log.info("one").info("two");
  assert.equal((await log.flush()).delivered, 2);
  assertOneBatch(3);
  assert.deepEqual(errors.map(({ code }) => code), ["network_error"]);
});

test("an answer that never comes: given up after timeoutMs, and sent again", async () => {
  const { log, errors } = rig(server, { timeoutMs: 200 });
  server.script(hang());
  log.info("m");
  assert.equal((await log.flush()).delivered, 1);
  assertOneBatch(2);
  const [first, second] = server.received;
  assert.ok(second!.at - first!.at >= 190, `after ${second!.at - first!.at} ms`);
  assert.deepEqual(errors.map(({ code }) => code), ["timeout"]);
});

test("an answer whose body never ends: given up after timeoutMs, and sent again", async () => {
  const { log } = rig(server, { timeoutMs: 200 });
  server.script(async ({ response }) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write('{"success":');
  });
  log.info("m");
  await waitFor("the delivery", async () => (await log.flush()).pending === 0);
  assert.equal(log.stats().delivered, 1);
  assertCloses(log.stats());
});

test("maxRetries and maxAgeMs bound what is tried", async () => {
  server.script(...Array.from({ length: 10 }, () => answer(500)));
  const few = rig(server, { retry: { initialDelayMs: 1, maxDelayMs: 1, maxRetries: 2 } });
  few.log.info("m");
  assert.equal((await few.log.flush()).dropped, 1);
  assert.deepEqual([server.received.length, few.log.stats().dropped], [3, { retries_exhausted: 1 }]);
  const old = rig(server, { retry: { initialDelayMs: 1, maxDelayMs: 5, maxAgeMs: 100 }, flushInterval: 0 });
  server.script(...Array.from({ length: 1000 }, () => answer(500)));
  old.log.info("m");
  assert.equal((await old.log.flush()).dropped, 1);
  assert.deepEqual(old.log.stats().dropped, { expired: 1 });
  await waitFor("onDrop", () => few.drops.retries_exhausted === 1 && old.drops.expired === 1);
});

test("the statistics close at every moment, whatever happens", async () => {
  const { log } = rig(server, { batchSize: 20, timeoutMs: 150, maxBufferBytes: 65_536 });
  const faults = [answer(500), cut(), hang(), answer(400, { count: 3 }), answer(413), answer(429, { retryAfter: 0.05 })];
  server.script(...faults, ...faults);
  let polls = 0;
  let logged = 0;
  await waitFor("all faults to be over", async () => {
    for (let more = 0; more < 15; more++) {
      log.info(`m ${logged}`, { text: "x".repeat((logged * 37) % 900) });
      logged++;
      assertCloses(log.stats());
    }
    const watched = log.flush({ timeoutMs: 20 });
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      assertCloses(log.stats());
      polls++;
    }
    await watched;
    return server.received.length > 2 * faults.length;
  });
  const { pending } = await log.close();
  const { accepted, delivered, dropped } = log.stats();
  assert.equal(pending, 0);
  assert.equal(accepted, logged);
  assert.ok(delivered > 0 && dropped.rejected! > 0 && polls > 100, JSON.stringify(log.stats()));
  assertCloses(log.stats());
  // What was confirmed has arrived.
  assert.ok(new Set(arrived(server).map(({ seq }) => seq)).size >= delivered);
});

test("the receiver's time tells how far its clock is ahead", async () => {
  const { log } = rig(server);
  assert.equal(log.stats().clockSkewMs, undefined);
  server.script(answer(200, { timestamp: Date.now() + 3_600_000 }), answer(200, { timestamp: "soon" }));
  log.info("m");
  await log.flush();
  const skew = log.stats().clockSkewMs!;
  assert.ok(Math.abs(skew - 3_600_000) < 1000, `${skew}`);
  log.info("m");
  await log.flush();
  assert.equal(log.stats().clockSkewMs, skew, "what is no time says nothing");
});
