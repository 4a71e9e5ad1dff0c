/** What a Rust app logs arrives: levels, data, errors, what rides on every entry; and what a wrong or missing option is told. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Receiver } from "../wasm/support/receiver.js";
import { app, arrived, logged, rust, settled } from "./support/app.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("every level from the lowest that is kept", async () => {
  const entries = await logged(server, (one) => one.levels());
  assert.deepEqual(entries.map(({ level, message, data }) => [level, message, data]), [
    ["debug", "debug", undefined],
    ["info", "info", undefined],
    ["warn", "warn", undefined],
    ["error", "error", undefined],
    ["fatal", "fatal", undefined],
  ]);
  const { seq, timestamp, source, environment, version } = entries[0]!;
  assert.deepEqual({ seq, source, environment, version }, { seq: 1, source: "shop", environment: "test", version: "1.2.3" });
  assert.ok(Math.abs(timestamp - Date.now()) < 10_000, `${timestamp}`);
});

test("a struct: a template is filled in from it, and it arrives as serde names it", async () => {
  const [entry] = await logged(server, (one) => one.order());
  assert.equal(entry?.message, "Order o-17 placed");
  assert.equal(entry["template"], "Order {orderId} placed");
  assert.deepEqual(entry["parameters"], { orderId: "o-17" });
  // Beyond what JSON's readers keep exactly, a number is a text.
  const box = { Box: { weight: "1152921504606846976" } };
  assert.deepEqual(entry.data, { orderId: "o-17", total: 99.99, items: ["Book", box], note: null });
});

test("errors: name, message and the chain of sources", async () => {
  const [typed, boxed] = await logged(server, (one) => one.errors());
  const cause = { name: "ParseIntError", message: "invalid digit found in string" };
  assert.deepEqual([typed?.level, typed?.errorName], ["error", "PaymentError"]);
  assert.deepEqual(typed?.data, { message: "the card was refused", cause });
  assert.deepEqual([boxed?.level, boxed?.errorName], ["fatal", "PaymentError"]);
  assert.deepEqual(boxed?.data, { message: "the card was refused", cause, attempt: 2 });
});

test("context, tags and ids, of a logger and its children", async () => {
  const entries = await logged(server, (one) => one.scopes());
  const told = entries.map(({ message, tags, userId, context, ...entry }) => [message, tags, userId, context, entry["requestId"]]);
  assert.deepEqual(told, [
    ["child", ["app", "jobs"], "u1", { job: { id: 123, count: 1 } }, undefined],
    ["inner", ["app", "jobs"], "u1", { job: { id: 123, count: 2 } }, "r1"],
    ["later", ["app", "jobs"], undefined, { job: { id: 123, count: 1 } }, undefined],
    ["outer", ["app"], undefined, undefined, undefined],
  ]);
  assert.deepEqual(entries.map((entry) => entry["user"]), [undefined, undefined, ...Array(2).fill({ id: "u2", name: "Ann" })]);
  assert.ok(entries.every((entry) => entry["sessionId"] === "s1"));
});

test("the example of the documentation does what it says", async () => {
  assert.deepEqual(await settled(rust.place_order(server.endpoint)), [5, 0, 0, 200]);
  assert.deepEqual(arrived(server).map(({ level, message }) => [level, message]), [
    ["info", "Order o-17 placed"],
    ["info", "Cart validated"],
    ["info", "Payment authorised"],
    ["error", "Flow checkout: failed"],
    ["warn", "No receipt"],
  ]);
  assert.equal(server.received[0]?.headers["x-api-key"], "tb_live_key");
});

test("the key goes out in a header of the request, and is not shown by `{:?}`", async () => {
  const one = app(server.endpoint, { key: "secret-key" });
  one.say("m");
  await one.flush();
  assert.equal(server.received[0]?.headers["x-api-key"], "secret-key");
  const shown = one.debug();
  assert.match(shown, /^Logger /);
  // As text, and as the bytes that the core holds.
  assert.ok(!shown.includes("secret-key") && !shown.includes([...Buffer.from("secret-key")].join(", ")), shown);
  await one.close();
});

test("a wrong option is an Error of JavaScript behind `?`", () => {
  assert.throws(() => rust.refuse(0), { name: "Error", message: "sapwood: invalid_option batchSize" });
});

test("without a place to send to, or with an empty key, it says so once, counts, and sends nothing", async () => {
  for (const [endpoint, key, field] of [["", "k", "endpoint"], ["ftp://a.example/", "k", "endpoint"], [server.endpoint, "", "apiKey"]] as const) {
    const one = app(endpoint, { key });
    one.say("nowhere");
    assert.deepEqual(await settled(one.flush()), [0, 0, 1, 0]);
    assert.deepEqual(one.told(), [`sapwood: not_configured ${field}`, "NotConfigured 1"]);
    assert.deepEqual([...one.stats()], [1, 0, 0, 0, 0, 1, 0, 1]);
    assert.deepEqual(await settled(one.close()), [0, 0, 1, 0]);
  }
  assert.equal(server.received.length, 0);
});
