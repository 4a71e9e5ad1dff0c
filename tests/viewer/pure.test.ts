/** Addresses, times, stacks, causes and timelines: the parts that need no browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, parseRoute, START } from "../../js/dev/src/page/app/route.js";
import { causesOf } from "../../js/dev/src/page/entry/causes.js";
import { parseStack, shortFile } from "../../js/dev/src/page/entry/stack.js";
import { percent, ticks } from "../../js/dev/src/page/flows/timeline.js";
import { ago, counted, duration, ranges, size } from "../../js/dev/src/page/ui/format.js";
import { Random } from "../support/random.js";

test("an address is read as it was written", () => {
  const routes = [
    START,
    { ...START, filter: { level: "warn", q: "a b&c=d?e#f/%", tag: "ü\u202e" }, entry: 12 },
    { ...START, view: "flow" as const, flow: "a/b?c#d %", entry: 3 },
    { ...START, view: "flows" as const, status: "failed", text: "x & y" },
    { ...START, view: "ledger" as const },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(hashOf(route)), route);
});

test("any text is an address, of the live view if nothing else", () => {
  for (const hash of ["", "#", "#/", "#//", "#/nowhere", "#/live?", "#/live?level=", "#/live?entry=-1", "#/live?entry=1e9", "#?%", "#/live?unknown=1"]) {
    assert.deepEqual(parseRoute(hash), START, hash);
  }
  assert.equal(parseRoute("#/flows/%E0%A4%A").flow, "%E0%A4%A");
  assert.doesNotThrow(() => hashOf({ ...START, view: "flow", flow: "\ud800" }));
});

test("times, sizes and counts read as people say them", () => {
  assert.deepEqual([0, 0.42, 12, 1_250, 9_999, 59_940, 60_000, 125_000, 3_600_000, 90_000_000, 200_000_000, -420].map(duration), [
    "0 ms", "0.4 ms", "12 ms", "1.25 s", "10.00 s", "59.9 s", "1 min", "2 min 5 s", "1 h", "25 h", "2 d 7 h", "−420 ms",
  ]);
  assert.deepEqual([0, 5_000, 65_000, 7_200_000, 9e8].map((past) => ago(1e12 - past, 1e12)), ["just now", "5 s ago", "1 min ago", "2 h ago", "10 d ago"]);
  assert.deepEqual([counted(1, "entry", "entries"), counted(1_234, "step")], ["1 entry", "1,234 steps"]);
  assert.deepEqual([812, 1_440, 3_200_000].map(size), ["812 B", "1.4 KB", "3.2 MB"]);
  assert.equal(ranges([[3, 3], [14, 15]]), "3, 14–15");
});

const frames = (stack: string) => parseStack(stack).map(({ frame, text }) => (frame === null ? text : [frame.fn, frame.file, frame.line, frame.column, frame.own]));

test("stacks of V8, Firefox and Safari are read into frames", () => {
  assert.deepEqual(frames(`TypeError: x is not a function
    at pay (https://shop.example/src/pay.ts:10:5)
    at async Order.place [as submit] (webpack-internal:///./src/order.ts:3:1)
    at https://shop.example/a.js?v=2:7:9
    at node:internal/process/task_queues:95:5
    at Array.map (<anonymous>)
    at C:\\app\\node_modules\\lib\\x.js:1:2
    at new Foo (/app/node_modules/foo/index.js:88:12)`), [
    "TypeError: x is not a function",
    ["pay", "https://shop.example/src/pay.ts", 10, 5, true],
    ["async Order.place [as submit]", "webpack-internal:///./src/order.ts", 3, 1, true],
    ["", "https://shop.example/a.js?v=2", 7, 9, true],
    ["", "node:internal/process/task_queues", 95, 5, false],
    ["Array.map", "<anonymous>", 0, 0, false],
    ["", "C:\\app\\node_modules\\lib\\x.js", 1, 2, false],
    ["new Foo", "/app/node_modules/foo/index.js", 88, 12, false],
  ]);
  assert.deepEqual(frames("pay@https://shop.example/@scope/pay.js:10:5\n@https://shop.example/b.js:1:1\nasync*run@https://shop.example/c.js:2:3\nglobal code"), [
    ["pay", "https://shop.example/@scope/pay.js", 10, 5, true],
    ["", "https://shop.example/b.js", 1, 1, true],
    ["async*run", "https://shop.example/c.js", 2, 3, true],
    "global code",
  ]);
  assert.deepEqual([shortFile("https://shop.example/src/checkout/pay.ts?v=1"), shortFile("pay.ts")], ["checkout/pay.ts", "pay.ts"]);
});

test("whatever a stack is, reading it ends at once and leaves no line out", () => {
  const random = new Random(3);
  const pieces = ["at ", "(", ")", "@", ":", "12", "\n", "node_modules/", "async ", "http://x/", "<anonymous>", " "];
  for (let round = 0; round < 300; round += 1) {
    const text = Array.from({ length: 40 }, () => random.pick(pieces)).join("");
    const wanted = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    assert.deepEqual(parseStack(text).map((line) => line.text), wanted);
  }
  for (const piece of pieces) {
    const started = performance.now();
    parseStack(`at ${piece.repeat(10_000 / piece.length)}`);
    assert.ok(performance.now() - started < 1_000, piece);
  }
});

test("causes are found where clients put them, and bounded", () => {
  const chain = { data: { message: "top", cause: { name: "B", message: "b", cause: { name: "C", message: "c" } } } };
  assert.deepEqual(causesOf(chain).map(({ name, message, depth }) => [name, message, depth]), [["B", "b", 1], ["C", "c", 2]]);
  const many = { data: { errors: [{ name: "X", message: "1" }, "text", null, { name: "Y", message: "2", cause: "why" }] } };
  assert.deepEqual(causesOf(many).map(({ name, message, depth }) => [name, message, depth]), [["X", "1", 1], ["", "text", 1], ["Y", "2", 1], ["", "why", 2]]);
  assert.deepEqual(causesOf({ errors: [{ name: "Z", message: "z", stack: "at z" }] }).map(({ name, stack }) => [name, stack]), [["Z", "at z"]]);
  assert.deepEqual(causesOf(JSON.parse('{"data":{"__proto__":{"cause":{"name":"no"}}}}')), []);
  assert.deepEqual(causesOf({ data: "text" }), []);
  const endless: Record<string, unknown> = { name: "loop" };
  endless["cause"] = endless;
  assert.equal(causesOf({ data: endless }).length, 20);
});

test("the axis has few, round ticks within its length", () => {
  for (const length of [1, 7, 100, 999, 4_060, 61_234, 1e7]) {
    const found = ticks(length);
    assert.ok(found.length >= 3 && found.length <= 8, `${length}: ${found.join()}`);
    assert.equal(found[0], 0);
    assert.ok(found.every((at) => at <= length));
  }
  assert.deepEqual([percent(-5, 100), percent(50, 100), percent(500, 100)], [0, 50, 100]);
});
