/** Frames and content encodings: what they hold is taken, and what is spoilt, cut or a bomb is refused within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { encode } from "@msgpack/msgpack";
import { inflated } from "../../js/dev/src/intake/inflate.js";
import { BODY_BYTES_MAX } from "../../js/dev/src/limits.js";
import { batch, collector, entry, post, stored } from "./support.js";

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const frame = (flags: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.from("SAP1"), Buffer.of(flags), body]);
const LOGS = [{ level: "info", message: "x" }];

const FRAMES: readonly (readonly [name: string, body: (value: unknown) => Buffer])[] = [
  ["JSON", (value) => frame(0, json(value))],
  ["MessagePack", (value) => frame(1, Buffer.from(encode(value)))],
  ["JSON, zlib", (value) => frame(4, deflateSync(json(value)))],
  ["MessagePack, zlib", (value) => frame(5, deflateSync(encode(value)))],
];
for (const [name, body] of FRAMES) {
  test(`a frame is taken: ${name}; what is the same for all entries comes from the header`, async (t) => {
    const { url } = await collector(t);
    const resource = { source: "web-shop", environment: "staging", version: "1.2.3" };
    for (const type of ["application/vnd.sapwood.batch", "text/plain"]) {
      const answer = await post(url, body(batch(`b-${type}`, "i", [1, 2], { resource })), { "content-type": type });
      assert.deepEqual([answer.status, (answer.body.count ?? 0) + (answer.body.duplicates ?? 0)], [200, 2]);
    }
    const rows = await stored(url);
    assert.deepEqual(rows.map((row) => [row.seq, row.source, row.environment]), [[1, "web-shop", "staging"], [2, "web-shop", "staging"]]);
    assert.deepEqual(rows[0]?.entry, entry(1), "the entry is kept as it was sent");
  });
}

const whole = deflateSync(json(LOGS));
const REFUSED: readonly (readonly [name: string, body: Buffer])[] = [
  ["no flags", Buffer.from("SAP1")],
  ["no body", frame(0, Buffer.alloc(0))],
  ["an unknown form", frame(2, json(LOGS))],
  ["an unknown compression", frame(8, whole)],
  ["unknown flags", frame(16 + 4, whole)],
  ["all flags", frame(255, whole)],
  ["MessagePack that is JSON", frame(1, json(LOGS))],
  ["JSON that is MessagePack", frame(0, Buffer.from(encode(LOGS)))],
  ["plain text that is said to be compressed", frame(4, json(LOGS))],
  ["a cut stream", frame(4, whole.subarray(0, -6))],
  ["a stream without its checksum", frame(4, whole.subarray(0, -4))],
  ["a wrong checksum", frame(4, Buffer.concat([whole.subarray(0, -1), Buffer.of((whole.at(-1) ?? 0) ^ 1)]))],
  ["a stream with a rest", frame(4, Buffer.concat([whole, Buffer.from("rest")]))],
  ["a raw deflate stream", frame(4, deflateRawSync(json(LOGS)))],
  ["a frame in a frame", frame(0, frame(0, json(LOGS)))],
];
for (const [name, body] of REFUSED) {
  test(`a frame is refused: ${name}`, async (t) => {
    const { url } = await collector(t);
    const answer = await post(url, body);
    assert.deepEqual([answer.status, typeof answer.body.error], [400, "string"]);
    assert.deepEqual(await stored(url), []);
  });
}

test("a bomb is answered with 413 and takes no memory to speak of", async (t) => {
  const { url } = await collector(t);
  // A thousand bytes for each one sent: zlib cannot press harder.
  const bomb = deflateSync(Buffer.alloc(256 * 1024 * 1024));
  const before = process.memoryUsage().rss;
  const answers = [await post(url, frame(4, bomb)), await post(url, bomb, { "content-encoding": "deflate" })];
  assert.deepEqual(answers.map((answer) => answer.status), [413, 413]);
  assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024, "it was decompressed");
});

test("decompression stops at the bound of a body and not before", () => {
  const fits = inflated(deflateSync(Buffer.alloc(BODY_BYTES_MAX)), "deflate");
  assert.ok(!("error" in fits) && fits.length === BODY_BYTES_MAX);
  const over = inflated(deflateSync(Buffer.alloc(BODY_BYTES_MAX + 1)), "deflate");
  assert.ok("error" in over && over.status === 413);
});

test("content encodings are undone, within the same bounds", async (t) => {
  const { url } = await collector(t);
  const send = async (encoding: string, body: Uint8Array): Promise<number> => (await post(url, body, { "content-encoding": encoding })).status;
  assert.equal(await send("gzip", gzipSync(json(LOGS))), 200);
  assert.equal(await send("deflate", deflateSync(json(LOGS))), 200);
  assert.equal(await send("br", brotliCompressSync(json(LOGS))), 200);
  assert.equal(await send("identity", json(LOGS)), 200);
  assert.equal(await send("gzip", frame(4, deflateSync(json(LOGS)))), 400, "what is not encoded");
  assert.equal(await send("gzip", gzipSync(frame(4, deflateSync(json(LOGS))))), 200, "a frame, encoded");
  assert.equal(await send("gzip", gzipSync(json(LOGS)).subarray(0, -3)), 400);
  assert.equal(await send("gzip", gzipSync(Buffer.alloc(BODY_BYTES_MAX + 1))), 413);
  assert.equal(await send("br", brotliCompressSync(Buffer.alloc(BODY_BYTES_MAX + 1))), 413);
  assert.equal(await send("gzip, br", json(LOGS)), 415);
  assert.equal(await send("zstd", json(LOGS)), 415);
  assert.equal((await stored(url)).length, 5);
});

test("the key may stand in the header of a frame", async (t) => {
  const { url } = await collector(t, { key: "secret" });
  const sent = (key: string): Buffer => frame(5, deflateSync(encode(batch("a", "i", [1], { key }))));
  assert.equal((await post(url, sent("wrong"))).status, 401);
  assert.equal((await post(url, sent("secret"))).status, 200);
});
