/** The export of the read API: complete, in order, as it was sent, and at the reader's pace. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test } from "node:test";
import { sendExport } from "../../js/dev/src/http/export.js";
import { EXPORT_BYTES } from "../../js/dev/src/limits.js";
import { openStore } from "../../js/dev/src/store/schema.js";
import { waitFor } from "../support/wait.js";
import { add } from "./batches.js";
import { batch, collector, entry, post, range } from "./support.js";

test("every entry is there once, oldest first, as it was sent", async (t) => {
  const { url } = await collector(t);
  for (const n of range(0, 3)) await post(url, batch(`b${n}`, "i", range(n * 400 + 1, n * 400 + 400)));
  await post(url, '{"level":"info","message":"\\u2028","big":12345678901234567890,"__proto__":{"a":1}}');
  const response = await fetch(`${url}/api/export`);
  assert.equal(response.headers.get("content-type"), "application/x-ndjson; charset=utf-8");
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  const lines = (await response.text()).split("\n");
  assert.equal(lines.pop(), "");
  const entries = lines.map((line) => JSON.parse(line) as { seq: number; receivedAt: number });
  assert.deepEqual(entries.slice(0, -1).map(({ receivedAt, ...rest }) => rest), range(1, 1_600).map((seq) => entry(seq)));
  assert.ok(entries.every(({ receivedAt }) => Math.abs(receivedAt - Date.now()) < 60_000));
  assert.match(lines.at(-1) ?? "", /^\{"level":"info","message":"\u2028","big":12345678901234567000,"__proto__":\{"a":1\},"receivedAt":\d+\}$/);
});

test("nothing stored is an empty export", async (t) => {
  const { url } = await collector(t);
  assert.equal(await (await fetch(`${url}/api/export`)).text(), "");
});

test("a reader that does not read costs no memory, and others are served meanwhile", async (t) => {
  const { url } = await collector(t);
  // More than the sockets' buffers and a chunk take.
  const data = "x".repeat(1_000_000);
  for (const n of range(1, 40)) await post(url, [entry(n, { data })]);
  const before = process.memoryUsage().rss;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).pause();
  t.after(() => socket.destroy());
  await new Promise<void>((resolve) => socket.write("GET /api/export HTTP/1.1\r\nHost: localhost\r\n\r\n", () => resolve()));
  for (const n of range(41, 60)) assert.equal((await post(url, [entry(n)])).status, 200);
  assert.ok(process.memoryUsage().rss - before < 8 * EXPORT_BYTES, "the export was read into memory");
  // Then it reads, and gets all of it.
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part)).resume();
  await waitFor("the end of the export", () => text.endsWith("0\r\n\r\n"));
  assert.equal(text.split('"receivedAt":').length - 1, 60);
});

test("an export whose reader is gone asks no more of the file, which may be closed by then", async (t) => {
  const store = openStore(":memory:");
  const data = "x".repeat(1_000_000);
  for (const n of range(1, 20)) add(store, `b${n}`, "i", [n], 0, { each: { data } });
  let exported: Promise<void> | undefined;
  const server = createServer((_, response) => (exported = sendExport(store.db, response, {})));
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  // It has begun, and is then read no further.
  await once(socket, "data");
  socket.pause();
  // As at the end of the collector.
  server.closeAllConnections();
  store.close();
  assert.ok(exported);
  await assert.doesNotReject(exported);
});
