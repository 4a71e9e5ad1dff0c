/** Calls that the browser should not make: too late, of no request, with answers that are none. They change nothing, and never trap. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { STAT_DELIVERED, STAT_IN_FLIGHT } from "../../js/src/protocol.js";
import { answer, hang } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Core, flushed } from "./support/core.js";
import { held } from "./support/held.js";
import { Receiver } from "./support/receiver.js";
import { entry } from "./support/record.js";
import { BODY, HIDE, OFFLINE, ONLINE, RESPONSE, VISIBILITY, WAKE } from "./support/signals.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("unknown signals and requests, and answers that come twice, change nothing", async () => {
  const core = new Core(server.endpoint);
  core.records(entry(1));
  await flushed(core);
  const { behaviour, release } = held(answer(200));
  server.script(behaviour);
  core.records(entry(2));
  const token = core.flush();
  await waitFor("the second request", () => server.received.length === 2);
  for (const signal of [7, 8, 255, 0xffff_ffff]) core.receive(signal, 1, {}, {});
  for (const request of [99, 0xffff_ffff]) {
    for (const signal of [RESPONSE, BODY]) core.receive(signal, request, new Response(), new Response("{}"));
  }
  // The first request, answered long ago, fails, succeeds and is refused now.
  for (const status of [500, 200, 401]) core.receive(BODY, 0, new Response("", { status }), {});
  for (const signal of [WAKE, VISIBILITY, ONLINE]) core.receive(signal, 1);
  assert.deepEqual([core.stat(STAT_DELIVERED), core.stat(STAT_IN_FLIGHT), core.settled(token), core.problems()], [1, 1, undefined, []]);
  release();
  await waitFor("the flush", () => core.settled(token));
  assert.equal(core.stat(STAT_DELIVERED), 2);
  // And after the end.
  await flushed(core, 1000, true);
  for (const signal of [WAKE, RESPONSE, BODY, VISIBILITY, HIDE, ONLINE, OFFLINE]) core.receive(signal, 1, new Response(), {});
  assert.deepEqual([core.stat(STAT_DELIVERED), server.received.length, core.problems()], [2, 2, []]);
  core.assertSound();
});

test("a response that is none, or hurts, is a failure and not a trap", async () => {
  const throws = new Proxy({}, { get: () => assert.fail("hostile") });
  const responses = [undefined, null, 1, "text", {}, { json: 1 }, throws, { json: () => 1 }];
  const bodies: [response: unknown, body: unknown][] = [
    [{ status: "200", headers: { get: () => 1 } }, throws],
    [{ status: NaN, headers: throws }, null],
    [throws, { count: Infinity, duplicates: -1, retryAfter: -5 }],
    [{ status: 503, headers: { get: () => Symbol("no number") } }, { retryAfter: "1" }],
    [{ status: 503, headers: { get: () => "-1" } }, { retryAfter: NaN }],
    [{ status: 1e99, headers: {} }, 0],
  ];
  // The last of the responses never ends: time ends it.
  const core = new Core(server.endpoint, { timeoutMs: 300 });
  const attempt = async (signal: number, response: unknown, value: unknown): Promise<void> => {
    const requests = server.received.length;
    server.script(hang());
    core.records(entry(requests + 1));
    core.flush();
    await waitFor("a request", () => server.received.length > requests && core.stat(STAT_IN_FLIGHT) > 0);
    for (let request = 0; request <= requests; request++) core.receive(signal, request, response, value);
  };
  for (const response of responses) await attempt(RESPONSE, undefined, response);
  for (const [response, body] of bodies) await attempt(BODY, response, body);
  core.assertSound();
  core.receive(OFFLINE);
  core.receive(ONLINE);
  await flushed(core);
  assert.equal(core.stat(STAT_IN_FLIGHT), 0);
  core.assertSound();
});
