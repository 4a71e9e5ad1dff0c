/** What the intake takes, in which forms, and what it answers: wire.md. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LEVELS, severityOf } from "../../js/dev/src/levels.js";
import { batch, collector, entry, post, range, rawRequest, stored } from "./support.js";

test("a batch is stored whole, and answered with what became of it", async (t) => {
  const { url } = await collector(t);
  const before = Date.now();
  const { status, headers, body } = await post(url, {
    batch: { id: "ab12", instance: "one", firstSeq: 1, lastSeq: 1, resource: { source: "web-shop", environment: "production" } },
    logs: [entry(1, { data: { total: 99.5 }, tags: ["orders"], userId: "user_1", flowId: "checkout-abcdefgh", stepIndex: 0, flow: { name: "checkout" } })],
  });
  assert.equal(status, 200);
  assert.deepEqual({ ...body, timestamp: 0 }, { success: true, count: 1, duplicates: 0, frames: true, timestamp: 0 });
  assert.ok((body.timestamp ?? 0) >= before && (body.timestamp ?? 0) <= Date.now());
  assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
  const [row] = await stored(url);
  assert.deepEqual(
    { source: row?.source, environment: row?.environment, flowId: row?.flowId, flowName: row?.flowName, stepIndex: row?.stepIndex, batchId: row?.batchId },
    { source: "web-shop", environment: "production", flowId: "checkout-abcdefgh", flowName: "checkout", stepIndex: 0, batchId: "ab12" },
  );
  assert.deepEqual(row?.entry?.["data"], { total: 99.5 });
});

const LOG = { level: "info", message: "hello" };
const FORMS: readonly (readonly [name: string, body: unknown])[] = [
  ["logs without a batch", { logs: [LOG] }],
  ["a bare array", [LOG]],
  ["one object", LOG],
  ["JSON after a byte order mark", `\ufeff${JSON.stringify(LOG)}`],
  ["JSON after white space", `\r\n\t ${JSON.stringify([LOG])}\n`],
];
for (const [name, body] of FORMS) {
  test(`taken: ${name}`, async (t) => {
    const { url } = await collector(t);
    const answer = await post(url, body);
    assert.deepEqual([answer.status, answer.body.count], [200, 1]);
    assert.deepEqual((await stored(url)).map((row) => row.entry), [LOG]);
  });
}

for (const type of ["application/json", "text/plain;charset=UTF-8", "application/msgpack", "image/png", ""]) {
  test(`the first bytes are the truth, whatever the content type says: ${type || "(none)"}`, async (t) => {
    const { url } = await collector(t);
    const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
    const response = await fetch(`${url}/v1/logs`, { method: "POST", headers, body: Buffer.from(JSON.stringify(LOG)) });
    assert.equal(response.status, 200);
    assert.equal((await stored(url)).length, 1);
  });
}

test("every level is taken with its severity, and an entry without a time gets the time it arrived", async (t) => {
  const { url } = await collector(t);
  await post(url, LEVELS.map((level) => ({ level, message: level })));
  assert.deepEqual(LEVELS.map(severityOf), [1, 5, 9, 13, 17, 21]);
  const rows = await stored(url);
  assert.deepEqual(rows.map((row) => row.level), LEVELS);
  assert.ok(rows.every((row) => row.timestamp === row.receivedAt));
});

test("fields that the collector does not know are kept", async (t) => {
  const { url } = await collector(t);
  const log = { ...LOG, spanId: "00f0", unknown: { deep: [1, null, "ä😀"] }, seq: 7 };
  await post(url, { batch: { id: "a", instance: "i", future: true }, logs: [log] });
  assert.deepEqual((await stored(url))[0]?.entry, log);
});

test("an empty list is a batch too: it may bring news of the instance", async (t) => {
  const { url } = await collector(t);
  const { status, body } = await post(url, { batch: { id: "a", instance: "i" }, logs: [] });
  assert.deepEqual([status, body.success, body.count, body.duplicates], [200, true, 0, 0]);
});

test("other methods and addresses are answered with JSON", async (t) => {
  const { url } = await collector(t);
  for (const [method, path, status, allow] of [
    ["GET", "/v1/logs", 405, "POST, OPTIONS"],
    ["DELETE", "/v1/logs", 405, "POST, OPTIONS"],
    ["GET", "/v1/flows", 405, "POST, OPTIONS"],
    ["POST", "/api/entries", 405, "GET, HEAD"],
    ["POST", "/api/stream", 405, "GET"],
    ["DELETE", "/api/export", 405, "GET"],
    ["POST", "/v1/log", 404, undefined],
    ["GET", "/v1", 404, undefined],
    ["GET", "//evil.example/", 404, undefined],
    ["GET", "http://evil.example/", 400, undefined],
    ["GET", "/%", 404, undefined],
  ] as const) {
    const answer = await rawRequest(url, { method, path });
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.equal(answer.headers.allow, allow);
    assert.equal(typeof (JSON.parse(answer.text) as { error: unknown }).error, "string");
  }
});

test("many senders at once are all stored", async (t) => {
  const { url } = await collector(t);
  const answers = await Promise.all(range(1, 40).map((n) => post(url, batch(`b${n}`, `i${n % 4}`, range(n * 10, n * 10 + 9)))));
  assert.ok(answers.every((answer) => answer.status === 200 && answer.body.count === 10));
  assert.equal((await stored(url)).length, 400);
});
