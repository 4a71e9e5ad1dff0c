/** Whatever the bytes, the collector answers as it should, and goes on. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { collector, post, stored } from "./support.js";

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

const LOG = '{"level":"info","message":"x"';

/** Name, body, status; the bodies answered with 200 are stored as the JSON they are. */
const BODIES: readonly (readonly [name: string, body: Buffer, status: number])[] = [
  ["nothing", bytes(""), 400],
  ["white space", bytes("  \n"), 400],
  ["a number", bytes("1"), 400],
  ["null", bytes("null"), 400],
  ["a string", bytes('"text"'), 400],
  ["cut JSON", bytes(`${LOG},"data":{"a":`), 400],
  ["JSON and a rest", bytes(`${LOG}}}`), 400],
  ["a NUL", bytes([0]), 400],
  ["NULs inside", bytes(LOG, [0], "}"), 400],
  ["an escaped NUL", bytes(`${LOG},"userId":"a\\u0000b","data":"\\u0000"}`), 200],
  ["invalid UTF-8", bytes('{"level":"info","message":"', [0xff, 0xfe], '"}'), 400],
  ["an overlong encoding", bytes('{"level":"info","message":"', [0xc0, 0xaf], '"}'), 400],
  ["a surrogate in UTF-8", bytes('{"level":"info","message":"', [0xed, 0xa0, 0x80], '"}'), 400],
  ["cut UTF-8", bytes('{"level":"info","message":"', [0xf0, 0x9f]), 400],
  ["UTF-16", Buffer.from(`\ufeff${LOG}}`, "utf16le"), 400],
  ["a lone surrogate, escaped", bytes(`{"level":"info","message":"\\ud800","userId":"\\udc00","flowId":"f\\ud83d"}`), 200],
  ["__proto__ as a key", bytes(`${LOG},"__proto__":{"level":"fatal","polluted":1},"constructor":{"prototype":{"polluted":1}}}`), 200],
  ["__proto__ instead of fields", bytes('{"__proto__":{"level":"info","message":"x"}}'), 400],
  ["__proto__ instead of logs", bytes(`{"__proto__":{"logs":[]},"batch":{}}`), 400],
  ["names of Object.prototype", bytes(`${LOG},"toString":1,"hasOwnProperty":null,"valueOf":{"a":1}}`), 200],
  ["toJSON as data", bytes(`${LOG},"toJSON":"x","data":{"toJSON":1}}`), 200],
  ["logs that are no array", bytes('{"logs":{"length":1}}'), 400],
  ["a batch without logs", bytes('{"batch":{"id":"a"}}'), 400],
  ["a million arrays", bytes("[".repeat(1_000_000)), 400],
  ["a million closed arrays", bytes("[".repeat(1_000_000), "]".repeat(1_000_000)), 400],
  ["a million objects", bytes('{"a":'.repeat(500_000), "1", "}".repeat(500_000)), 400],
  ["data a million deep", bytes(`${LOG},"data":`, "[".repeat(1_000_000), "]".repeat(1_000_000), "}"), 400],
  ["a header a million deep", bytes('{"batch":', '{"a":'.repeat(500_000), "1", "}".repeat(500_000), ',"logs":[]}'), 400],
  ["a million faulty entries", bytes("[", "1,".repeat(1_000_000), "1]"), 413],
  ["a huge number", bytes(`${LOG},"seq":1e400}`), 400],
  ["a huge negative time", bytes(`${LOG},"timestamp":-1e400}`), 400],
  ["SQL", bytes(`{"level":"info","message":"'); DROP TABLE entries; --","userId":"' OR 1=1"}`), 200],
  ["a script", bytes('{"level":"info","message":"</script><script>alert(1)</script>"}'), 200],
  ["a very large entry", bytes(`${LOG},"data":"`, "x".repeat(5_000_000), '"}'), 200],
  ["100,000 keys", bytes(LOG, ...Array.from({ length: 100_000 }, (_, n) => `,"k${n}":${n}`), "}"), 200],
  ["a spoilt frame", bytes("SAP1", [5], "x"), 400],
  ["gzip", bytes([0x1f, 0x8b, 8, 0]), 400],
];

for (const [name, body, status] of BODIES) {
  test(`hostile body: ${name}`, async (t) => {
    const { url } = await collector(t);
    const answer = await post(url, body);
    assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 300));
    if (status === 400) assert.equal(typeof answer.body.error, "string");
    if (status === 200) {
      const [row] = await stored(url);
      const whole = row?.entry ?? ((await (await fetch(`${url}/api/entries/${row?.id}`)).json()) as { entry: unknown }).entry;
      // Compared as text: the stored entry has the same keys, `__proto__` among them, in the same order.
      assert.equal(JSON.stringify(whole), JSON.stringify(JSON.parse(body.toString())));
    }
    assert.equal((await post(url, `${LOG}}`)).status, 200, "the collector goes on");
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });
}

test("text that SQLite would cut or spoil is whole in the entry and readable in the columns", async (t) => {
  const { url } = await collector(t);
  await post(url, '{"level":"info","message":"a\\u0000b\\ud800c","source":"s\\u0000"}');
  const [row] = await stored(url);
  assert.deepEqual([row?.message, row?.source], ["a\ufffdb\ufffdc", "s\ufffd"]);
  assert.deepEqual(row?.entry, { level: "info", message: "a\0b\ud800c", source: "s\0" });
});

test("what is no HTTP, and senders that go away, do no harm", async (t) => {
  const { url } = await collector(t);
  const { hostname, port } = new URL(url);
  const requests = [
    "\0\0\0\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    `POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"level":`,
    `POST /v1/logs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1`,
  ];
  for (const request of requests) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.end(request));
      socket.on("error", () => {}).on("close", () => resolve()).resume();
    });
  }
  assert.equal((await post(url, `${LOG}}`)).status, 200);
  assert.equal((await stored(url)).length, 1);
});
