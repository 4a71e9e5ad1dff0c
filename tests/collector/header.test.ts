/** The header of a batch: a faulty one refuses the whole batch, and names what is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DROP_REASONS_MAX, HEADER_BYTES_MAX } from "../../js/dev/src/limits.js";
import { collector, entry, list, post, range, stored } from "./support.js";

const text = (length: number): string => "x".repeat(length);

const HEADERS: readonly (readonly [path: readonly string[], header: unknown])[] = [
  [[], "text"],
  [[], null],
  [["id"], { id: "" }],
  [["id"], { id: 7 }],
  [["id"], { id: text(101) }],
  [["id"], { id: "a b" }],
  [["instance"], { instance: "a\u0000b" }],
  [["instance"], { instance: "ä" }],
  [["firstSeq"], { firstSeq: -1 }],
  [["lastSeq"], { lastSeq: 2 ** 53 }],
  [["accepted"], { accepted: "5" }],
  [["attempt"], { attempt: 1.5 }],
  [["sentAt"], { sentAt: "now" }],
  [["dropped"], { dropped: [1] }],
  [["dropped"], { dropped: { sampled: -1 } }],
  [["dropped"], { dropped: { "<b>": 1 } }],
  [["dropped"], { dropped: Object.fromEntries(range(0, DROP_REASONS_MAX).map((n) => [`reason_${"x".repeat(n)}`, 1])) }],
  [["resource"], { resource: "web" }],
  [["resource", "source"], { resource: { source: text(101) } }],
];
test("a faulty header refuses the whole batch and stores nothing", async (t) => {
  const { url } = await collector(t);
  for (const [path, header] of HEADERS) {
    const { status, body } = await post(url, { batch: header, logs: [entry(1)] });
    assert.equal(status, 400, JSON.stringify(header).slice(0, 80));
    assert.deepEqual([body.count, body.issues?.[0]?.path], [0, ["batch", ...path]]);
  }
  assert.deepEqual(await stored(url), []);
  assert.deepEqual((await list(url, "instances")).instances, []);
});

test("a header is taken up to its limit without the key, and refused by name over it", async (t) => {
  const { url } = await collector(t);
  const frame = JSON.stringify({ id: "b", instance: "i", resource: { url: "" } }).length;
  const header = (bytes: number): unknown => ({ id: "b", instance: "i", key: text(1000), resource: { url: text(bytes - frame) } });
  const refused = await post(url, { batch: header(HEADER_BYTES_MAX + 1), logs: [entry(1)] });
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.body.issues, [{ path: ["batch"], message: "must have at most 65536 bytes as JSON" }]);
  assert.deepEqual((await list(url, "instances")).instances, []);
  assert.equal((await post(url, { batch: header(HEADER_BYTES_MAX), logs: [entry(1)] })).status, 200);
});
