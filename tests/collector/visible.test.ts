/** What a client sends can neither steer a terminal nor reorder or hide text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { batchLine } from "../../js/dev/src/terminal.js";
import { visible, visibleLines } from "../../js/dev/src/visible.js";
import { isInvisible } from "../support/invisible.js";
import { addressOf, post, program, temporaryFile } from "./support.js";
import { waitFor } from "../support/wait.js";

const ESCAPED: readonly (readonly [raw: string, shown: string])[] = [
  ["plain, ä, 日本語, 👨‍👩‍👧, می‌خواهم", "plain, ä, 日本語, 👨‍👩‍👧, می‌خواهم"],
  ["\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"],
  ["\u009b31m", "\\u009b31m"],
  ["a\u0000b\u0007\u0008\u007f", "a\\u0000b\\u0007\\u0008\\u007f"],
  ["one\r\ntwo\tthree", "one\\r\\ntwo\\tthree"],
  ["\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c", "\\u202eevil\\u202c \\u2066x\\u2069 \\u200e\\u200f\\u061c"],
  ["\u200bzero\ufeff\u00ad\u2060", "\\u200bzero\\ufeff\\u00ad\\u2060"],
  ["\u2028\u2029", "\\u2028\\u2029"],
  ["\ud800 and \udfff", "\\ud800 and \\udfff"],
  ["tag \u{e0041}", "tag \\u{e0041}"],
  ["\u3164\u115f\u034f \ufe00\u{e0100} ❤️ ❤︎", "\\u3164\\u115f\\u034f \\ufe00\\u{e0100} ❤️ ❤︎"],
];

test("every unsafe character is written out, every other stays", () => {
  for (const [raw, shown] of ESCAPED) assert.equal(visible(raw), shown);
  assert.equal(visibleLines("a\n\tb\r\u001b"), "a\n\tb\\r\\u001b");
});

test("no character gets through that moves, reorders or hides, and all that is seen stays", () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const shown = visible(character);
    if (isInvisible(code)) assert.match(shown, /^\\(?:[nrt]|u[0-9a-f]{4}|u\{[0-9a-f]{5,6}\})$/, code.toString(16));
    else if (/[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u.test(character)) assert.equal(shown, character, code.toString(16));
  }
});

test("a batch's line holds counts, the escaped source and the first issue, and is short", () => {
  const now = new Date(2026, 10, 20, 14, 3, 7);
  const line = (more: object): string => batchLine({ source: "shop", count: 1, duplicates: 0, faulty: 0, firstIssue: null, ...more }, now);
  assert.equal(line({}), "14:03:07  shop  1 entry");
  assert.equal(line({ count: 3, duplicates: 2 }), "14:03:07  shop  3 entries, 2 duplicates");
  const firstIssue = { path: ["logs", 0, "level"], message: "must be loud" };
  assert.equal(line({ faulty: 1, firstIssue }), "14:03:07  shop  1 entry, 1 refused (logs.0.level: must be loud)");
  assert.equal(line({ source: null }), "14:03:07  (no source)  1 entry");
  assert.ok(line({ source: "x".repeat(100_000) }).length < 200);
});

test("the terminal of the built program shows hostile sources as text", async (t) => {
  const running = program(t, "--port", "0", "--db", temporaryFile(t));
  const url = await addressOf(running);
  await post(url, [{ level: "info", message: "x", source: "\u001b]0;owned\u0007\u001b[2Jshop\r\n\u202e" }]);
  await waitFor("the batch's line", () => running.output.stdout.includes("1 entry"));
  const line = running.output.stdout.split("\n").find((text) => text.includes("1 entry"));
  assert.match(line ?? "", /^\d\d:\d\d:\d\d {2}\\u001b\]0;owned\\u0007\\u001b\[2Jshop\\r\\n\\u202e {2}1 entry$/);
});
