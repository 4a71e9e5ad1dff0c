/** Raw formats: what each takes from its text, and that faulty lines are named while the others are taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BATCH_ENTRIES_MAX, CSV_COLUMNS_MAX } from "../../js/dev/src/limits.js";
import { collector, post, stored, type Answer } from "./support.js";

interface Taken {
  readonly answer: Answer;
  /** The entries as they are stored. */
  readonly entries: readonly Record<string, unknown>[];
}

async function ingest(t: Parameters<typeof collector>[0], body: string | Uint8Array, query: string): Promise<Taken> {
  const { url } = await collector(t);
  const answer = await post(url, body, { "content-type": "text/plain" }, `?${query}`);
  return { answer, entries: (await stored(url)).map((row) => row.entry ?? {}) };
}

const at = (text: string): number => new Date(text).getTime();
const paths = (answer: Answer): unknown => answer.body.issues?.map((issue) => issue.path);

test("text: one entry a line; a time and a level at its beginning are taken from it", async (t) => {
  const lines = [
    "plain words",
    "",
    "2026-11-26T14:00:00.5Z ERROR: it broke",
    "[2026-11-26 14:00:01] [warning] careful",
    "11/26/2026 14:00:02 DEBUG details",
    "information is a word\r",
    "INFO",
    "  indented",
  ];
  const { answer, entries } = await ingest(t, lines.join("\n"), "format=text&source=app&environment=test&level=trace&dataset=d");
  assert.deepEqual([answer.status, answer.body.count], [200, 7]);
  const defaults = { source: "app", environment: "test", dataset: "d" };
  assert.deepEqual(entries, [
    { level: "trace", message: "plain words", ...defaults },
    { timestamp: at("2026-11-26T14:00:00.500Z"), level: "error", message: "it broke", ...defaults },
    { timestamp: at("2026-11-26T14:00:01"), level: "warn", message: "careful", ...defaults },
    { timestamp: at("2026-11-26T14:00:02"), level: "debug", message: "details", ...defaults },
    { level: "info", message: "is a word", ...defaults },
    { level: "trace", message: "INFO", ...defaults },
    { level: "trace", message: "  indented", ...defaults },
  ]);
});

test("a line of a megabyte is cut and says so", async (t) => {
  const { entries } = await ingest(t, `${"x".repeat(9_999)}😀${"y".repeat(1_000_000)}`, "format=text");
  assert.deepEqual(entries, [{ level: "info", message: "x".repeat(9_999), truncated: ["message"] }]);
});

test("jsonl: one object a line, as others write them; faulty lines are named and the rest is taken", async (t) => {
  const lines = [
    '{"level":"warn","message":"native","userId":"u","data":{"a":1},"other":2}',
    '{"msg":"pino","level":50,"time":1795000000000,"pid":7}',
    '{"severity":"CRITICAL","message":"cloud","timestamp":"2026-11-26T14:00:00Z"}',
    "{not json}",
    "[1]",
    '{"level":"info"}',
    '{"message":"too long a source","source":"' + "s".repeat(101) + '"}',
    '{"__proto__":{"x":1},"message":"p","level":"loud"}',
  ];
  const { answer, entries } = await ingest(t, lines.join("\r\n"), "format=jsonl&source=app");
  assert.deepEqual([answer.status, answer.body.count, paths(answer)], [400, 5, [[3], [4], [6, "source"]]]);
  assert.deepEqual(entries.slice(0, 4), [
    { level: "warn", message: "native", source: "app", userId: "u", data: { a: 1, other: 2 } },
    { timestamp: 1_795_000_000_000, level: "error", message: "pino", source: "app", data: { pid: 7 } },
    { timestamp: at("2026-11-26T14:00:00Z"), level: "fatal", message: "cloud", source: "app" },
    { level: "info", message: '{"level":"info"}', source: "app" },
  ]);
  assert.equal(JSON.stringify(entries[4]?.["data"]), '{"__proto__":{"x":1},"level":"loud"}');
});

test("json: an entry, an array, or logs", async (t) => {
  for (const [body, count, path] of [
    ['{"msg":"one"}', 1, undefined],
    ['[{"msg":"one"},{"msg":"two"}]', 2, undefined],
    ['{"logs":[{"msg":"one"},7]}', 1, [["logs", 1]]],
  ] as const) {
    const { answer } = await ingest(t, body, "format=json");
    assert.deepEqual([answer.body.count, paths(answer)], [count, path]);
  }
});

test("syslog: RFC 5424 with structured data", async (t) => {
  const lines = [
    '<165>1 2026-11-26T14:00:00.003Z host.example app 123 ID47 [ex@1 a="1" b="q\\"\\]"][x] \ufeffAn event',
    "<0>1 - - - - - - no details",
    "<13>1 2026-11-26T14:00:00Z h a - - -",
  ];
  const { answer, entries } = await ingest(t, lines.join("\n"), "format=syslog&source=fallback");
  assert.equal(answer.status, 200);
  assert.deepEqual(entries, [
    {
      timestamp: at("2026-11-26T14:00:00.003Z"), level: "info", message: "An event", source: "app",
      data: { facility: 20, host: "host.example", process: "123", messageId: "ID47", structured: { "ex@1": { a: "1", b: 'q"]' }, x: {} } },
    },
    { level: "error", message: "no details", source: "fallback", data: { facility: 0 } },
    { timestamp: at("2026-11-26T14:00:00Z"), level: "info", message: "(no message)", source: "a", data: { facility: 1, host: "h" } },
  ]);
});

test("syslog: RFC 3164, every severity, and lines that are neither", async (t) => {
  const levels = ["error", "error", "error", "error", "warn", "info", "info", "debug"];
  const lines = levels.map((_, severity) => `<${8 + severity}>Nov  6 04:05:06 host su[42]: message ${severity}`);
  const { entries } = await ingest(t, [...lines, "<34>Feb 31 99:99:99 odd", "<999>no priority", "WARN plain"].join("\n"), "format=syslog");
  assert.deepEqual(entries.slice(0, 8).map((entry) => [entry["level"], entry["message"], entry["source"], entry["data"]]),
    levels.map((level, severity) => [level, `message ${severity}`, "su", { facility: 1, host: "host", process: "42" }]));
  const time = new Date(Number(entries[0]?.["timestamp"]));
  assert.deepEqual([time.getMonth(), time.getDate(), time.getHours(), time.getMinutes(), time.getSeconds()], [10, 6, 4, 5, 6]);
  assert.ok(time.getTime() < Date.now() + 2 * 24 * 60 * 60 * 1_000, "a time without a year is not in the future");
  assert.deepEqual(entries.slice(9), [{ level: "info", message: "<999>no priority" }, { level: "warn", message: "plain" }]);
});

test("csv: RFC 4180 with a header; faulty records are named", async (t) => {
  const text = [
    'time,severity,msg,user_id,Order,"quoted ""name"""',
    '2026-11-26T14:00:00Z,warning,"a, ""b""\nand more",u1,7,x',
    "",
    "too,few",
    '2026,loud,"bad"quote,u,1,2',
    ",,last,,,",
  ].join("\r\n");
  const { answer, entries } = await ingest(t, text, "format=csv&source=app");
  assert.deepEqual([answer.status, answer.body.count, paths(answer)], [400, 2, [[4], [5]]]);
  assert.deepEqual(entries, [
    { timestamp: at("2026-11-26T14:00:00Z"), level: "warn", message: 'a, "b"\nand more', source: "app", userId: "u1", data: { Order: "7", 'quoted "name"': "x" } },
    { level: "info", message: "last", source: "app" },
  ]);
});

test("csv: tabs, a quote that is never closed, a header alone", async (t) => {
  assert.deepEqual((await ingest(t, "level\tmessage\nwarn\ta,b", "format=csv")).entries, [{ level: "warn", message: "a,b" }]);
  const unclosed = await ingest(t, 'level,message\nwarn,a\nwarn,"b\nwarn,c', "format=csv");
  assert.deepEqual([unclosed.answer.body.count, paths(unclosed.answer)], [1, [[2]]]);
  assert.equal((await ingest(t, "level,message\n", "format=csv")).answer.status, 400);
});

test("csv: at most so many columns, and what is wider is no more than a faulty line", async (t) => {
  const row = (columns: number): string => Array.from({ length: columns }, (_, n) => `c${n}`).join(",");
  assert.equal((await ingest(t, `${row(CSV_COLUMNS_MAX)}\n${row(CSV_COLUMNS_MAX)}`, "format=csv")).answer.status, 200);
  const wide = await ingest(t, `${row(CSV_COLUMNS_MAX + 1)}\n${row(CSV_COLUMNS_MAX + 1)}`, "format=csv");
  assert.deepEqual([wide.answer.status, wide.answer.body.error], [400, "The first line is no CSV header."]);
  const { answer } = await ingest(t, `message,other\na,b\n${row(CSV_COLUMNS_MAX + 1)}\r\n${row(3)}\nc,d`, "format=csv");
  assert.deepEqual([answer.body.count, paths(answer)], [2, [[2], [3]]]);
  assert.equal(answer.body.issues?.[0]?.message, `has more than ${CSV_COLUMNS_MAX} columns`);
});

test("obl: one entry an event", async (t) => {
  const log = {
    format: "open-board-log-0.1", user_id: "user", source: "board", locale: "en",
    sessions: [
      { id: "s1", type: "log", started: "2026-11-26T14:00:00Z", events: [
        { id: "e1", type: "button", label: "hello", timestamp: "2026-11-26T14:00:01Z" },
        { id: "e2", type: "utterance", text: "hello there", timestamp: "2026-11-26T14:00:02Z" },
        { id: "e3", type: "wave" },
        7,
      ] },
      { id: "s2" },
    ],
  };
  const { answer, entries } = await ingest(t, JSON.stringify(log), "format=obl");
  assert.deepEqual([answer.body.count, paths(answer)], [3, [["sessions", 0, "events", 3], ["sessions", 1]]]);
  const common = { level: "info", source: "board", userId: "user", sessionId: "s1" };
  assert.deepEqual(entries, [
    { timestamp: at("2026-11-26T14:00:01Z"), message: "Button: hello", ...common, data: { id: "e1", type: "button", label: "hello", locale: "en" } },
    { timestamp: at("2026-11-26T14:00:02Z"), message: "Utterance: hello there", ...common, data: { id: "e2", type: "utterance", text: "hello there", locale: "en" } },
    { message: "wave", ...common, data: { id: "e3", type: "wave", locale: "en" } },
  ]);
  assert.equal((await ingest(t, '{"sessions":[]}', "format=obl")).answer.status, 400);
});

test("with a format nothing is sniffed, and wrong parameters are named", async (t) => {
  assert.deepEqual((await ingest(t, '{"level":"fatal","message":"x"}', "format=text")).entries, [{ level: "info", message: '{"level":"fatal","message":"x"}' }]);
  for (const query of ["format=xml", "format=", "format=text&level=loud", "format=text&source=", `format=text&dataset=${"x".repeat(51)}`]) {
    assert.equal((await ingest(t, "x", query)).answer.status, 400, query);
  }
  for (const body of ["", "\n \n", Buffer.of(0xff, 0x41)]) assert.equal((await ingest(t, body, "format=text")).answer.status, 400);
  assert.equal((await ingest(t, "x\n".repeat(BATCH_ENTRIES_MAX + 1), "format=text")).answer.status, 413);
});

test("hostile texts take no longer than others", async (t) => {
  const size = 500_000;
  for (const format of ["text", "jsonl", "syslog", "csv"]) {
    for (const piece of ['"', '""', '"\n', "\n", "[", '<1>1 - - - - - [a b="', " ", "\\", ",", "\r"]) {
      const begun = process.cpuUsage();
      const { answer } = await ingest(t, piece.repeat(Math.ceil(size / piece.length)), `format=${format}`);
      assert.ok([200, 400, 413].includes(answer.status), `${format} ${JSON.stringify(piece)}: ${answer.status}`);
      const { user } = process.cpuUsage(begun);
      assert.ok(user < 3_000_000, `${format} ${JSON.stringify(piece)} took ${user / 1_000} ms`);
    }
  }
});
