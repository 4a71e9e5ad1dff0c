/** Every limit of an entry and of a body: what just fits is taken, what is one over is refused and named. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { BATCH_ENTRIES_MAX, BODY_BYTES_MAX, ENTRY_DEPTH_MAX, ISSUES_MAX } from "../../js/dev/src/limits.js";
import { batch, collector, entry, list, post, stored } from "./support.js";

const LOG = { level: "info", message: "x" };
const text = (length: number): string => "x".repeat(length);

/** Field, the longest or largest value that fits, one that does not. */
const FIELDS: readonly (readonly [path: string, fits: unknown, over: unknown])[] = [
  ["message", text(10_000), text(10_001)],
  ["message", "😀".repeat(10_000), "😀".repeat(10_001)],
  ["message", "x", ""],
  ["message", "x", 7],
  ["level", "fatal", "FATAL"],
  ["level", "trace", "constructor"],
  ["level", "trace", 9],
  ["seq", 0, -1],
  ["seq", Number.MAX_SAFE_INTEGER, 1.5],
  ["timestamp", 8.64e15, 8.65e15],
  ["timestamp", 1.5, "2026-11-20T00:00:00Z"],
  ["source", text(100), text(101)],
  ["environment", text(50), text(51)],
  ["version", text(100), text(101)],
  ["dataset", text(50), text(51)],
  ["userId", text(100), text(101)],
  ["sessionId", text(100), text(101)],
  ["requestId", text(100), text(101)],
  ["traceId", text(100), text(101)],
  ["flowId", text(50), text(51)],
  ["stepIndex", 1_000, 1_001],
  ["stepIndex", 0, "0"],
  ["errorName", text(200), text(201)],
  ["errorStack", text(10_000), text(10_001)],
  ["tags", Array(20).fill(text(50)), Array(21).fill("x")],
  ["tags", [], [text(51)]],
  ["tags", ["a"], [1]],
  ["tags", ["a"], "a"],
  ["flow", { name: text(100) }, "checkout"],
  ["flow", {}, []],
];
test("each field is taken up to its limit and refused by name over it", async (t) => {
  const { url } = await collector(t);
  for (const [field, fits, over] of FIELDS) {
    const taken = await post(url, { logs: [{ ...LOG, [field]: fits }] });
    assert.equal(taken.status, 200, `${field} that fits: ${JSON.stringify(taken.body).slice(0, 200)}`);
    const refused = await post(url, { logs: [{ ...LOG, [field]: over }] });
    assert.equal(refused.status, 400, `${field} over its limit`);
    assert.deepEqual(refused.body.issues?.map((issue) => issue.path), [["logs", 0, field]], field);
  }
});

test("null is the same as an absent field", async (t) => {
  const { url } = await collector(t);
  const fields = ["seq", "timestamp", "source", "userId", "flowId", "stepIndex", "flow", "tags", "errorName", "errorStack"];
  const log = { ...LOG, ...Object.fromEntries(fields.map((field) => [field, null])) };
  assert.equal((await post(url, [log])).status, 200);
});

test("an empty flow id is the same as none", async (t) => {
  const { url } = await collector(t);
  assert.equal((await post(url, [{ ...LOG, flowId: "" }])).status, 200);
  assert.equal((await stored(url))[0]?.flowId, null);
  assert.deepEqual((await list(url, "flows")).flows, []);
});

test("faulty entries are named, and the others are stored and counted", async (t) => {
  const { url } = await collector(t);
  const { status, body } = await post(url, {
    batch: { id: "b", instance: "i" },
    logs: [entry(1), entry(2, { level: "loud", message: "" }), null, entry(3), "text", entry(4, { flow: { durationMs: -1 } })],
  });
  assert.equal(status, 400);
  assert.equal(body.error, "4 of 6 entries are faulty; the others were taken.");
  assert.deepEqual([body.count, body.duplicates, body.success], [2, 0, undefined]);
  assert.deepEqual(body.issues?.map((issue) => issue.path), [
    ["logs", 1, "level"],
    ["logs", 1, "message"],
    ["logs", 2],
    ["logs", 4],
    ["logs", 5, "flow", "durationMs"],
  ]);
  assert.deepEqual((await stored(url)).map((row) => row.seq), [1, 3]);
});

test("issues of a bare array and a bare entry have the paths of what was sent", async (t) => {
  const { url } = await collector(t);
  const bare = { message: "x" };
  assert.deepEqual((await post(url, [LOG, bare])).body.issues?.[0]?.path, [1, "level"]);
  assert.deepEqual((await post(url, bare)).body.issues?.[0]?.path, ["level"]);
  assert.deepEqual((await post(url, {})).body.issues?.map((issue) => issue.path), [["level"], ["message"]]);
});

test("the list of issues is bounded; the sentence counts all", async (t) => {
  const { url } = await collector(t);
  const { body } = await post(url, { logs: Array(ISSUES_MAX + 500).fill({ message: "x" }) });
  assert.equal(body.issues?.length, ISSUES_MAX);
  assert.equal(body.error, `${ISSUES_MAX + 500} of ${ISSUES_MAX + 500} entries are faulty; the others were taken.`);
});

test("an entry nests as deep as the limit and no deeper", async (t) => {
  const { url } = await collector(t);
  // The entry itself is the first level.
  const nested = (depth: number): string => `{"level":"info","message":"x","data":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  assert.equal((await post(url, nested(ENTRY_DEPTH_MAX))).status, 200);
  const refused = await post(url, nested(ENTRY_DEPTH_MAX + 1));
  assert.deepEqual([refused.status, refused.body.issues?.[0]?.path], [400, []]);
});

test("too many entries in one body are a 413, so that the client halves the batch", async (t) => {
  const { url } = await collector(t);
  assert.equal((await post(url, Array(BATCH_ENTRIES_MAX).fill(LOG))).status, 200);
  assert.equal((await post(url, Array(BATCH_ENTRIES_MAX + 1).fill(LOG))).status, 413);
});

/** JSON of exactly this many bytes. */
function bodyOf(bytes: number): string {
  const empty = JSON.stringify({ ...LOG, data: "" });
  return JSON.stringify({ ...LOG, data: text(bytes - empty.length) });
}

test("a body of 8 MiB is taken, one byte more is a 413 that its sender gets to see", async (t) => {
  const { url } = await collector(t);
  assert.equal((await post(url, bodyOf(BODY_BYTES_MAX))).status, 200);
  for (const body of [bodyOf(BODY_BYTES_MAX + 1), text(3 * BODY_BYTES_MAX)]) {
    const answer = await post(url, body);
    assert.equal(answer.status, 413);
    assert.equal(answer.body.error, `A body may hold at most ${BODY_BYTES_MAX} bytes.`);
  }
  assert.equal((await stored(url)).length, 1);
});

test("an oversized body without a length is a 413 too, and the collector goes on", async (t) => {
  const { url } = await collector(t);
  const chunk = new TextEncoder().encode(text(1024 * 1024));
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < 12) controller.enqueue(chunk);
      else controller.close();
    },
  });
  // `duplex` is demanded for streams, and missing in the DOM's types.
  const response = await fetch(`${url}/v1/logs`, { method: "POST", body, duplex: "half" } as RequestInit);
  assert.equal(response.status, 413);
  assert.equal((await post(url, batch("b", "i", [1]))).status, 200);
});

test("a sender that reads only after its last byte still gets the 413", async (t) => {
  const { url } = await collector(t);
  const { hostname, port } = new URL(url);
  const size = 2 * BODY_BYTES_MAX;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname).setEncoding("utf8").pause();
    socket.write(`POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
    let text = "";
    socket.on("error", reject).on("data", (part: string) => (text += part)).on("end", () => resolve(text));
    socket.write("x".repeat(size), () => socket.resume());
  });
  assert.match(answer, /^HTTP\/1\.1 413 /);
});
