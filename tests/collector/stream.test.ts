/** The stream: nothing missed and nothing twice for a reader that keeps up, what was left out counted for one that does not. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import type { StreamEntries } from "../../js/dev/src/api-types.js";
import { CLOSE_MS_MAX, STREAM_ENTRIES, STREAM_NEWS_MS, STREAMS_MAX } from "../../js/dev/src/limits.js";
import { waitFor } from "../support/wait.js";
import { addressOf, batch, collector, entry, post, program, range, rawRequest, temporaryFile } from "./support.js";

/** A reader of the stream on a socket of its own, so that it can stop reading. */
interface Reader {
  readonly socket: Socket;
  /** Everything read so far. */
  text(): string;
  events(): StreamEntries[];
  named(name: string): number;
}

async function listen(t: TestContext, url: string, query = "", headers = ""): Promise<Reader> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part)).on("error", () => {});
  socket.write(`GET /api/stream${query} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  await waitFor("the stream's begin", () => text.includes("\r\n:\n\n\r\n"));
  // Chunked: the frames' sizes stand on lines of their own.
  const lines = (): string[] => text.replace(/\r\n[0-9a-f]+\r\n/g, "").split("\n");
  return {
    socket,
    text: () => text,
    events: () => lines().filter((line) => line.startsWith("data: {\"entries\"") && line.endsWith("}")).map((line) => JSON.parse(line.slice(6)) as StreamEntries),
    named: (name) => lines().filter((line) => line === `event: ${name}`).length,
  };
}

const seqs = (reader: Reader): (number | null)[] => reader.events().flatMap((event) => event.entries.map((row) => row.seq));
const skipped = (reader: Reader): number => reader.events().reduce((sum, event) => sum + event.skipped, 0);

test("what arrives is passed on in order, once, with a cursor to come back with", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("before", "i", [1]));
  const reader = await listen(t, url);
  assert.match(reader.text(), /content-type: text\/event-stream/i);
  assert.doesNotMatch(reader.text(), /access-control/i);
  for (const n of range(2, 11)) await post(url, batch(`b${n}`, "i", [n]));
  await waitFor("ten entries", () => seqs(reader).length >= 10);
  assert.deepEqual([seqs(reader), skipped(reader)], [range(2, 11), 0]);
  const cursor = reader.events().at(-1)?.cursor ?? 0;
  assert.ok(reader.text().includes(`\nid: ${cursor}\n`));
  await post(url, batch("missed", "i", [12, 13]));
  const again = await listen(t, url, "?after=1", `Last-Event-ID: ${cursor}\r\n`);
  await waitFor("the missed entries", () => seqs(again).length >= 2);
  assert.deepEqual(seqs(again), [12, 13], "the header is newer than the address");
  const first = await listen(t, url, "?after=0");
  await waitFor("all entries", () => seqs(first).length >= 13);
  assert.deepEqual(seqs(first), range(1, 13));
});

test("filters hold, and the cursor moves past what does not match", async (t) => {
  const { url } = await collector(t);
  const reader = await listen(t, url, "?level=warn&source=shop&q=boom");
  await post(url, [
    entry(1, { level: "error", source: "shop", message: "boom" }),
    entry(2, { level: "error", source: "api", message: "boom" }),
    entry(3, { level: "info", source: "shop", message: "boom" }),
    entry(4, { level: "warn", source: "shop", message: "Boomerang" }),
    entry(5, { level: "warn", source: "shop", message: "quiet" }),
  ]);
  await waitFor("the matching entries", () => seqs(reader).length >= 2);
  assert.deepEqual([seqs(reader), skipped(reader)], [[1, 4], 0]);
  assert.equal(reader.events().at(-1)?.cursor, 5);
});

test("of more than fit into an event the newest are passed on and the others counted", async (t) => {
  const { url } = await collector(t);
  const reader = await listen(t, url);
  await post(url, batch("a", "i", range(1, STREAM_ENTRIES + 50)));
  await waitFor("the event", () => seqs(reader).length >= STREAM_ENTRIES);
  assert.deepEqual([seqs(reader), skipped(reader)], [range(51, STREAM_ENTRIES + 50), 50]);
});

test("a reader that does not read costs no memory; when it reads again, entries and skipped ones make up all", async (t) => {
  const { url } = await collector(t);
  const reader = await listen(t, url);
  reader.socket.pause();
  const before = process.memoryUsage().rss;
  const total = 6_000;
  const data = "x".repeat(10_000);
  for (let first = 1; first <= total; first += 100) {
    const logs = range(first, first + 99).map((seq) => entry(seq, { data }));
    assert.equal((await post(url, { batch: { id: `b${first}`, instance: "i" }, logs })).status, 200);
  }
  // In memory are the 60 MB of the database itself, and one event.
  assert.ok(process.memoryUsage().rss - before < 250 * 1024 * 1024, "the stream was kept in memory");
  reader.socket.resume();
  const sum = (): number => seqs(reader).length + skipped(reader);
  await waitFor("the rest of the stream", () => sum() >= total);
  assert.equal(sum(), total);
  assert.ok(skipped(reader) > 0, "nothing was skipped: the test did not fill the socket");
  const read = seqs(reader).map(Number);
  assert.deepEqual(read, [...read].sort((a, b) => a - b));
  assert.equal(read.at(-1), total, "the newest is never skipped");
});

test("news of flows and instances is passed on, together where much happens", async (t) => {
  const { url } = await collector(t);
  const reader = await listen(t, url);
  await post(url, [entry(1)]);
  await waitFor("the entry", () => seqs(reader).length === 1);
  assert.deepEqual([reader.named("flows"), reader.named("instances")], [0, 0], "no instance and no flow");
  const begun = performance.now();
  for (const n of range(1, 50)) await post(url, { batch: { id: `b${n}`, instance: "i" }, logs: [entry(n, { flowId: "f" })] });
  await waitFor("the news", () => reader.named("flows") >= 1 && reader.named("instances") >= 1);
  const most = 2 + (performance.now() - begun) / STREAM_NEWS_MS;
  assert.ok(reader.named("flows") <= most && reader.named("instances") <= most, "once a second at most");
});

test("the number of readers is bounded, and one that goes makes room", async (t) => {
  const { url } = await collector(t);
  const readers = await Promise.all(range(1, STREAMS_MAX).map(() => listen(t, url)));
  assert.equal((await fetch(`${url}/api/stream`)).status, 503);
  readers[0]?.socket.destroy();
  await waitFor("room for one more", async () => {
    const controller = new AbortController();
    const { status } = await fetch(`${url}/api/stream`, { signal: controller.signal });
    controller.abort();
    return status === 200;
  });
});

test("an open stream does not keep the program from its end", async (t) => {
  const running = program(t, "--port", "0", "--db", temporaryFile(t), "--quiet");
  const reader = await listen(t, await addressOf(running));
  const closed = new Promise((resolve) => reader.socket.on("close", resolve));
  const begun = performance.now();
  running.child.kill("SIGTERM");
  assert.deepEqual(await running.ended, { code: 0, signal: null });
  await closed;
  assert.ok(performance.now() - begun < CLOSE_MS_MAX, "it waited for the stream");
});

test("a stream that cannot be read ends, and the collector goes on", async (t) => {
  const { url, db } = await collector(t);
  await post(url, batch("a", "i", [1]));
  db.exec("ALTER TABLE entries RENAME TO elsewhere");
  const reader = await listen(t, url, "?after=0");
  await waitFor("the stream's end", () => reader.socket.closed);
  assert.equal((await fetch(`${url}/health`)).status, 200);
  db.exec("ALTER TABLE elsewhere RENAME TO entries");
  const again = await listen(t, url, "?after=0");
  await waitFor("the entry", () => seqs(again).length > 0);
});

test("a wrong cursor or filter is a 400, another host a 403", async (t) => {
  const { url } = await collector(t);
  for (const query of ["?after=x", "?after=-1", "?level=loud", "?limit=5"]) assert.equal((await fetch(`${url}/api/stream${query}`)).status, 400, query);
  assert.equal((await fetch(`${url}/api/stream`, { headers: { "last-event-id": "x" } })).status, 400);
  assert.equal((await rawRequest(url, { path: "/api/stream", headers: { Host: "evil.example" } })).status, 403);
});
