/** From `createLogger` to the wire: what a program logs is what the receiver gets, in the form of the native protocol. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { VERSION } from "../../js/src/protocol.js";
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

test("the six levels arrive in order, with source, environment, version and time", async () => {
  const start = Date.now();
  const { log } = rig(server, { minLevel: "trace", version: "1.2.3" });
  log.trace("t").debug("d").info("i").warn("w").error("e").fatal("f");
  assert.deepEqual(await log.flush(), { delivered: 6, pending: 0, dropped: 0, lastStatus: 200 });
  const entries = arrived(server);
  assert.deepEqual(entries.map(({ level }) => level), ["trace", "debug", "info", "warn", "error", "fatal"]);
  assert.deepEqual(entries.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6]);
  for (const { timestamp, ...entry } of entries) {
    assert.deepEqual([entry["source"], entry["environment"], entry["version"]], ["shop", "test", "1.2.3"]);
    assert.ok(timestamp >= start && timestamp <= Date.now());
  }
  assert.deepEqual(Object.keys(entries[0]!), ["seq", "timestamp", "level", "source", "environment", "version", "message"]);
});

test("a level below the minimum costs nothing: no entry, no sequence number, no call of a function given as data", async () => {
  const { log } = rig(server, { minLevel: "warn" });
  log.info("no", () => assert.fail("called")).warn("yes", () => ({ lazy: true })).error("yes");
  assert.deepEqual([log.isEnabled("info"), log.isEnabled("warn")], [false, true]);
  await log.flush();
  assert.deepEqual(arrived(server).map(({ seq, level, data }) => [seq, level, data]), [[1, "warn", { lazy: true }], [2, "error", undefined]]);
});

test("the header of a batch", async () => {
  const { log } = rig(server, { version: "1.2.3" });
  log.info("a").info("b");
  await log.flush();
  log.info("c");
  await log.close();
  const [first, second] = server.received.map(({ batch }) => batch as typeof batch & Record<string, unknown>);
  assert.match(first!.id, /^[0-9a-f]{32}$/);
  assert.match(first!.instance, /^[0-9a-f]{16}$/);
  assert.deepEqual([first!.firstSeq, first!.lastSeq, first!.attempt, first!["core"], first!.dropped], [1, 2, 1, "wasm", {}]);
  assert.deepEqual(first!["sdk"], { name: "sapwood", version: VERSION });
  const { source, environment, version } = first!.resource;
  assert.deepEqual([source, environment, version], ["shop", "test", "1.2.3"]);
  assert.ok(Math.abs(Date.now() - (first!["sentAt"] as number)) < 5000);
  assert.deepEqual([second!.firstSeq, second!.lastSeq, second!.final], [3, 3, "close"]);
  assert.equal(second!.instance, first!.instance);
  assert.notEqual(second!.id, first!.id);
});

test("the key goes into the header and nowhere else; without a key there is none", async () => {
  const { log } = rig(server, { apiKey: "tb_live_key" });
  log.info("m");
  await log.flush();
  const { log: keyless } = rig(server);
  keyless.info("m");
  await keyless.flush();
  assert.deepEqual(server.received.map(({ headers }) => headers["x-api-key"]), ["tb_live_key", undefined]);
  assert.deepEqual(server.received.map(({ headers }) => headers["content-type"]), ["application/json", "application/json"]);
  for (const { text } of server.received) assert.ok(!text.includes("tb_live_key"));
});

test("user, session, tags and context ride on every entry; a child's is merged deeply into its parent's", async () => {
  const { log } = rig(server, { context: { app: "shop" }, tags: ["base"] });
  log.setUserId("u1").setSessionId("s1").setContext({ job: { id: 123, count: 1 } });
  const child = log.child({ job: { count: 2 } });
  child.info("inner", { own: 1 }, { tags: ["extra"] });
  log.info("outer");
  log.setUser({ id: "u2", name: "N" }).setSessionId(null);
  child.info("late");
  await log.flush();
  const [inner, outer, late] = arrived(server);
  assert.deepEqual(inner?.context, { app: "shop", job: { id: 123, count: 2 } });
  assert.deepEqual([inner?.userId, inner?.["sessionId"], inner?.tags, inner?.data], ["u1", "s1", ["base", "extra"], { own: 1 }]);
  assert.deepEqual([outer?.context, outer?.tags], [{ app: "shop", job: { id: 123, count: 1 } }, ["base"]]);
  assert.deepEqual([late?.userId, late?.["user"], late?.["sessionId"]], ["u2", { id: "u2", name: "N" }, undefined]);
  assert.deepEqual(late?.context, { app: "shop", job: { id: 123, count: 2 } });
});

test("log() sets every field", async () => {
  const { log } = rig(server);
  const fields = {
    tags: ["t"],
    userId: "u",
    sessionId: "s",
    requestId: "r",
    flowId: "f-1",
    stepIndex: 3,
    dataset: "d",
    errorName: "E",
    errorStack: "at x",
    traceId: "trace",
    spanId: "span",
    ipAddress: "127.0.0.1",
    country: "DE",
    data: { a: 1 },
  };
  log.log({ level: "warn", message: "m", timestamp: new Date(1_700_000_000_000), ...fields });
  await log.flush();
  const [entry] = arrived(server);
  assert.deepEqual(entry, { seq: 1, timestamp: 1_700_000_000_000, level: "warn", source: "shop", environment: "test", message: "m", ...fields });
});

test("a flow counts its steps after the level gate, and says how it ended", async () => {
  const { log } = rig(server, { minLevel: "info" });
  const flow = log.flow("checkout");
  flow.info("a").debug("filtered").info("b").child({ part: 1 }).info("c");
  flow.ok({ items: 3 });
  await log.flush();
  const entries = arrived(server);
  assert.match(flow.id, /^checkout-[a-z0-9]{8}$/);
  assert.deepEqual(entries.map(({ flowId }) => flowId), [flow.id, flow.id, flow.id, flow.id]);
  assert.deepEqual(entries.map(({ stepIndex }) => stepIndex), [0, 1, 2, 3]);
  const [first, , , last] = entries.map((entry) => entry["flow"] as { name: string; outcome?: string; durationMs?: number });
  assert.deepEqual(first, { name: "checkout" });
  assert.deepEqual([last?.name, last?.outcome], ["checkout", "ok"]);
  assert.ok(last!.durationMs! >= 0);
});

test("an error is taken apart", async () => {
  const { log } = rig(server);
  const error = new TypeError("outer", { cause: new Error("inner") });
  log.error("failed", error, { tags: ["payments"], data: { order: 1 } });
  log.error(error);
  await log.flush();
  const [beside, alone] = arrived(server);
  assert.deepEqual([beside?.message, beside?.errorName, beside?.tags], ["failed", "TypeError", ["payments"]]);
  assert.match(beside!.errorStack!, /^TypeError: outer\n +at /);
  const { cause, ...data } = beside!.data as { cause: { message: string; name: string } };
  assert.deepEqual([data, cause.name, cause.message], [{ message: "outer", order: 1 }, "Error", "inner"]);
  assert.deepEqual([alone?.message, alone?.errorName], ["outer", "TypeError"]);
});

test("a template is rendered with its parameters, and both are kept", async () => {
  const { log } = rig(server);
  log.info("Cache miss for {user_id} in {ms} ms, {other} {}", { user_id: "u1", ms: 0.5, unused: 1 }).info("no {parameters}");
  await log.flush();
  const [filled, plain] = arrived(server);
  assert.equal(filled?.message, "Cache miss for u1 in 0.5 ms, {other} {}");
  assert.equal(filled?.["template"], "Cache miss for {user_id} in {ms} ms, {other} {}");
  assert.deepEqual(filled?.["parameters"], { user_id: "u1", ms: 0.5 });
  assert.deepEqual([plain?.message, plain?.["template"], plain?.["parameters"]], ["no {parameters}", undefined, undefined]);
});

test("what is over a limit is cut at a character boundary and marked", async () => {
  const { log } = rig(server);
  log.setUserId("u".repeat(101));
  log.info("🌳".repeat(5001), undefined, { tags: Array.from({ length: 25 }, (_, at) => `tag ${at}`) }).info("");
  await log.flush();
  const [entry, empty] = arrived(server);
  assert.equal(entry?.message, "🌳".repeat(5000));
  assert.deepEqual([entry?.userId?.length, entry?.tags?.length], [100, 20]);
  assert.deepEqual((entry?.["truncated"] as string[]).sort(), ["message", "tags", "userId"]);
  assert.equal(empty?.message, "(empty)");
});

test("batches are cut by count, by bytes and by time", async () => {
  const counted = rig(server, { batchSize: 10 });
  for (let at = 0; at < 25; at++) counted.log.info("m");
  await waitFor("two full batches", () => counted.log.stats().delivered === 20);
  assert.deepEqual(server.received.map(({ logs }) => logs.length), [10, 10]);
  server.reset();
  const sized = rig(server, { batchBytes: 2048, batchSize: 1000 });
  for (let at = 0; at < 20; at++) sized.log.info("x".repeat(300));
  await sized.log.flush();
  assert.ok(server.received.length >= 4);
  for (const { text } of server.received) assert.ok(text.length <= 2048, `${text.length} bytes`);
  server.reset();
  const timed = rig(server, { flushInterval: 30 });
  timed.log.info("m");
  await waitFor("the interval", () => timed.log.stats().delivered === 1);
  for (const { log } of [counted, sized, timed]) assertCloses(log.stats());
});

test("two loggers are two instances: their sequences, statistics and ends are their own", async () => {
  const [one, two] = [rig(server, { source: "one" }), rig(server, { source: "two" })];
  one.log.info("m").info("m");
  two.log.info("m");
  await Promise.all([one.log.close(), two.log.flush()]);
  two.log.info("m");
  one.log.info("m");
  await two.log.flush();
  assert.deepEqual([one.log.stats().delivered, one.log.stats().dropped], [2, { closed: 1 }]);
  assert.deepEqual([two.log.stats().delivered, two.log.stats().dropped], [2, {}]);
  const seqs = (source: string): number[] => arrived(server).filter((entry) => entry["source"] === source).map(({ seq }) => seq);
  assert.deepEqual([seqs("one"), seqs("two")], [[1, 2], [1, 2]]);
  assert.equal(new Set(server.received.map(({ batch }) => batch.instance)).size, 2);
});
