/** How an entry looks on the terminal: its parts, its colours, its width; and that what it holds is only ever text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredEntry } from "../../js/dev/src/api-types.js";
import { painter, wantsColour } from "../../js/dev/src/terminal/colour.js";
import { compactData } from "../../js/dev/src/terminal/data.js";
import { entryLines } from "../../js/dev/src/terminal/entry-lines.js";
import { columns } from "../../js/dev/src/terminal/layout.js";
import { terminalLook } from "../../js/dev/src/terminal/look.js";
import { Random } from "../support/random.js";
import { isInvisible } from "./invisible.js";

const AT = new Date(2026, 10, 20, 14, 3, 7, 45).getTime();
const PLAIN = { paint: painter(false), width: Infinity };

function stored(more: Partial<StoredEntry> = {}): StoredEntry {
  const columnsOfEntry = { id: 1, instance: null, seq: null, batchId: null, timestamp: AT, receivedAt: AT, level: "info", message: "hello", source: null };
  const rest = { environment: null, userId: null, sessionId: null, requestId: null, traceId: null, tags: [], flowId: null, flowName: null, flowBranch: null };
  return { ...columnsOfEntry, ...rest, stepIndex: null, flowOutcome: null, errorName: null, entry: {}, bytes: 2, ...more };
}

const FAILED = stored({
  level: "error", message: "The payment was refused", source: "web-shop", tags: ["payments", "shop"],
  flowId: "flow_1", flowName: "checkout", stepIndex: 3, flowOutcome: "failed", errorName: "PaymentError",
  entry: {
    data: { message: "The payment was refused", orderId: 17, card: "visa debit" },
    errorStack: "PaymentError: card_declined\n    at pay (checkout.js:50:9)\n    at async checkout (checkout.js:20:21)\n    at a (b.js:1:1)\n    at c (d.js:1:1)",
  },
});

test("a line holds time, level, source, message, data, tags, flow and step; an error and its first frames stand below", () => {
  assert.deepEqual(entryLines(stored(), PLAIN), ["14:03:07.045 INFO  hello"]);
  assert.deepEqual(entryLines(FAILED, PLAIN), [
    '14:03:07.045 ERROR web-shop The payment was refused orderId=17 card="visa debit" [payments] [shop] checkout#3 (failed)',
    "    PaymentError: card_declined",
    "    at pay (checkout.js:50:9)",
    "    at async checkout (checkout.js:20:21)",
    "    at a (b.js:1:1)",
  ]);
  const firefox = stored({ errorName: "TypeError", entry: { errorStack: "total@http://x/trouble.js:6:10\n@http://x/main.js:1:2\n" } });
  assert.deepEqual(entryLines(firefox, PLAIN).slice(1), ["    TypeError", "    at total@http://x/trouble.js:6:10", "    at @http://x/main.js:1:2"]);
  assert.deepEqual(entryLines(stored({ flowId: "flow_2", flowBranch: "b1", stepIndex: 0, entry: null, bytes: 70_000 }), PLAIN), [
    "14:03:07.045 INFO  hello (70000 bytes) flow_2/b1#0",
  ]);
});

test("data is short, in its order, and says where each value ends", () => {
  assert.equal(compactData({ a: 1, b: "plain-word", c: "two words", d: null, e: [1, { f: true }], g: "" }), 'a=1 b=plain-word c="two words" d=null e=[1,{"f":true}] g=""');
  assert.equal(compactData("text"), "text");
  assert.equal(compactData(undefined), "");
  assert.ok(compactData({ long: "x".repeat(10_000), [`k${"y".repeat(10_000)}`]: 1 }).length < 400);
  assert.match(compactData(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, n]))), /^k0=0 .* …$/);
  assert.ok(compactData(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, n]))).length < 420);
});

test("colours: one per level, only the sixteen of the theme, each ended where it began", () => {
  const paint = painter(true);
  assert.equal(entryLines(stored({ level: "warn", source: "shop" }), { paint, width: Infinity })[0], "\u001b[2m14:03:07.045 \u001b[0m\u001b[33mWARN \u001b[0m \u001b[34mshop \u001b[0mhello");
  const looks = ["trace", "debug", "info", "warn", "error", "fatal"].map((level) => paint(level as "warn", "x"));
  assert.equal(new Set(looks).size, 6);
  const plain = entryLines(FAILED, PLAIN);
  const painted = entryLines(FAILED, { paint, width: Infinity });
  assert.deepEqual(painted.map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, "")), plain);
  for (const line of painted) assert.match(line, /^(?:[^\u001b]*\u001b\[[1-9][\d;]*m[^\u001b]+\u001b\[0m)*[^\u001b]*$/);
});

test("colours are for terminals, unless the environment says otherwise", () => {
  for (const [isTty, environment, wanted] of [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ] as const) {
    assert.equal(wantsColour(isTty, environment), wanted, JSON.stringify([isTty, environment]));
  }
  assert.deepEqual([terminalLook({}, {}).width, terminalLook({ isTTY: true, columns: 93 }, {}).width, terminalLook({ isTTY: true, columns: 3 }, {}).width], [Infinity, 93, 20]);
});

test("columns are counted as terminals do", () => {
  const cases: readonly (readonly [string, number])[] = [["", 0], ["abc", 3], ["ä", 1], ["e\u0301", 1], ["日本語", 6], ["한글", 4], ["ｱ", 1], ["👨‍👩‍👧", 2], ["❤️", 2], ["…", 1], ["🇩🇪", 2]];
  for (const [text, expected] of cases) assert.equal(columns(text), expected, text);
});

test("no row is wider than the terminal, whatever the entry holds, and a short terminal cuts with an ellipsis", () => {
  const random = new Random(7);
  const pieces = ["a", "word ", "日本", "👨‍👩‍👧", "é", "https://example.com/a/very/long/path?with=query ", "\u001b[2J", "\r\n", "-"];
  const text = (): string => Array.from({ length: random.below(60) + 1 }, () => random.pick(pieces)).join("");
  for (let round = 0; round < 400; round += 1) {
    const width = 20 + random.below(140);
    const entry = stored({
      message: text(), source: text(), tags: [text()], flowId: text(), level: random.pick(["info", "error"]),
      errorName: text(), entry: { data: { [text()]: text() }, errorStack: `${text()}\n at ${text()}` },
    });
    const rows = entryLines(entry, { paint: painter(false), width });
    for (const row of rows) assert.ok(columns(row) <= width, `${columns(row)} > ${width}: ${row}`);
    assert.ok(rows.length <= 4 + 8, `${rows.length} rows`);
  }
  const long = entryLines(stored({ message: "x".repeat(10_000) }), { paint: painter(false), width: 80 });
  assert.equal(long.length, 4);
  assert.match(long[3] ?? "", /x…$/);
});

/** Every field of an entry that a client fills. */
function filledWith(text: string): StoredEntry {
  return stored({
    message: text, source: text, tags: [text, text], flowId: text, flowName: text, flowBranch: text, flowOutcome: text, stepIndex: 1, errorName: text,
    entry: { data: { [text]: text, nested: { [text]: [text] } }, errorStack: `${text}\n    at ${text}\n@${text}:1` },
  });
}

test("nothing that an entry holds moves the cursor, reorders or hides text, in any field", () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (!isInvisible(code)) continue;
    const character = String.fromCodePoint(code);
    for (const line of entryLines(filledWith(`a${character}b`), PLAIN)) assert.ok(!line.includes(character), `U+${code.toString(16)} in ${JSON.stringify(line)}`);
  }
  const evil = "\u001b[2J\u001b]0;owned\u0007\r\n\u009b1A\u202e\0";
  for (const line of entryLines(filledWith(evil), { paint: painter(true), width: 60 })) {
    // Only our own colours are left.
    assert.doesNotMatch(line.replaceAll(/\u001b\[[\d;]*m/g, ""), /[\p{Cc}\p{Cf}]/u);
  }
});

test("a megabyte in every field makes a bounded number of bounded lines, soon", () => {
  const begun = performance.now();
  for (const width of [Infinity, 80]) {
    const lines = entryLines(filledWith("日x".repeat(500_000)), { paint: painter(true), width });
    assert.ok(lines.length < 20 && lines.every((line) => line.length < 10_000), `${lines.length} lines`);
  }
  assert.ok(performance.now() - begun < 10_000);
});
