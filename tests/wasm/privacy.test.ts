/** What may not leave: values under sensitive keys, queries of addresses, and anything at all without consent. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { answer } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { assertCloses } from "../support/stats.js";
import { held } from "./support/held.js";
import { arrived, rig } from "./support/logger.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** Stands in every place that must not leave; no other text contains it. */
const SECRET = "s3cr3t-value";

test("values under sensitive keys are masked on the wire, wherever they stand", async () => {
  const { log } = rig(server);
  const secrets = { password: SECRET, apiKey: SECRET, nested: [{ "X-Auth-Token": SECRET, card_number: SECRET }], cookie: { session: SECRET } };
  log.setContext({ secret: SECRET }).setUser({ id: "u", name: "N", password: SECRET } as { id: string; name: string });
  log.info("m", { ...secrets, plain: "visible", map: new Map([["authorization", SECRET]]) });
  log.info("the key is {apiKey} and {plain}", { apiKey: SECRET, plain: `https://shop.example/?q=${SECRET}` });
  log.error("e", Object.assign(new Error("why"), { token: SECRET, cause: { pin: SECRET } }));
  log.child({ credentials: SECRET }).flow("pay", { context: { iban: SECRET } }).ok({ pwd: SECRET });
  await log.flush();
  const [first, rendered] = arrived(server);
  const mask = "[redacted]";
  assert.equal(rendered?.message, "the key is [redacted] and https://shop.example/");
  assert.deepEqual(first?.data, {
    password: mask,
    apiKey: mask,
    nested: [{ "X-Auth-Token": mask, card_number: mask }],
    cookie: mask,
    plain: "visible",
    map: { authorization: mask },
  });
  assert.deepEqual([first?.context, first?.["user"]], [{ secret: mask }, { id: "u", name: "N", password: mask }]);
  assert.ok(!server.received.some(({ text }) => text.includes(SECRET)));
});

test("addresses lose their queries, fragments and credentials in every text", async () => {
  const { log } = rig(server);
  const url = `https://me:${SECRET}@shop.example/cart?token=${SECRET}#${SECRET}`;
  log.warn(`GET ${url} failed`, { url, list: [url] });
  log.error("e", Object.assign(new Error(url), { stack: `Error: x\n    at f (${url}:12:34)` }));
  await log.flush();
  const [first, second] = arrived(server);
  const bare = "https://shop.example/cart";
  assert.deepEqual([first?.message, first?.data], [`GET ${bare} failed`, { url: bare, list: [bare] }]);
  assert.match(second!.errorStack!, /at f \(https:\/\/shop\.example\/cart:12:34\)/);
  assert.ok(!server.received.some(({ text }) => text.includes(SECRET)));
});

test("redact: more keys, or none at all", async () => {
  const more = rig(server, { redact: { keys: ["shoe-size"] } });
  more.log.info("m", { shoeSize: SECRET, shoe_sizes: [SECRET], password: SECRET, other: 1 });
  await more.log.flush();
  assert.deepEqual(arrived(server)[0]?.data, { shoeSize: "[redacted]", shoe_sizes: "[redacted]", password: "[redacted]", other: 1 });
  server.reset();
  const none = rig(server, { redact: false });
  none.log.info("https://shop.example/?q=1", { password: SECRET });
  await none.log.flush();
  assert.deepEqual([arrived(server)[0]?.message, arrived(server)[0]?.data], ["https://shop.example/?q=1", { password: SECRET }]);
});

test("consent pending: nothing leaves; granted: what waited does", async () => {
  const { log } = rig(server, { consent: "pending", flushInterval: 0, batchSize: 1 });
  log.info("one");
  assert.deepEqual(await log.flush(), { delivered: 0, pending: 1, dropped: 0, lastStatus: 0 });
  log.info("two");
  await log.flush();
  assert.equal(log.stats().buffered, 2);
  assert.equal(server.received.length, 0);
  log.setConsent("granted");
  await waitFor("both", () => log.stats().delivered === 2);
  assert.deepEqual(arrived(server).map(({ message }) => message), ["one", "two"]);
});

test("consent denied: what waits and what comes is dropped and counted; granted again, the next leaves", async () => {
  const { log, drops } = rig(server, { consent: "pending" });
  log.info("one");
  await log.flush();
  log.info("two").setConsent("denied").info("three");
  await log.flush();
  assert.deepEqual(log.stats().dropped, { consent: 3 });
  assertCloses(log.stats());
  log.setConsent("granted").info("four");
  await log.flush();
  assert.deepEqual(arrived(server).map(({ message }) => message), ["four"]);
  await waitFor("onDrop", () => drops.consent === 3);
});

test("consent denied from the start: no request, whatever is asked for", async () => {
  const { log } = rig(server, { consent: "denied", batchSize: 1, flushInterval: 0 });
  log.info("one").error("two");
  await log.flush();
  await log.close();
  assert.equal(server.received.length, 0);
  assert.deepEqual(log.stats().dropped, { consent: 2 });
});

test("consent taken back while a request is under way: it is the last one", async () => {
  const { log } = rig(server);
  const { behaviour, release } = held(answer(500));
  server.script(behaviour);
  log.info("under way");
  const flushed = log.flush();
  await waitFor("the request", () => server.received.length === 1);
  log.info("waiting").setConsent("denied");
  release();
  await flushed;
  await waitFor("the answer to be counted", () => log.stats().inFlight === 0);
  log.info("late");
  await log.flush();
  assert.equal(server.received.length, 1);
  assertCloses(log.stats());
});
