/** Full-text search: where it looks, how words are meant, that no input is a query language, and that its parts act as one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SEARCHED_CHARS_MAX, TEXT_PART_ENTRIES } from "../../js/dev/src/limits.js";
import { matchQuery } from "../../js/dev/src/store/where.js";
import { batch, collector, entry, list, post, range } from "./support.js";

async function found(url: string, q: string, more = ""): Promise<(number | null)[]> {
  return (await list(url, "entries", `?q=${encodeURIComponent(q)}${more}`)).entries.map((row) => row.seq);
}

test("it looks at message, error name, source, tags, flow name, and the keys and values of data and context", async (t) => {
  const { url } = await collector(t);
  await post(url, {
    batch: { id: "a", instance: "i", resource: { source: "from-header" } },
    logs: [
      entry(1, { message: "Payment failed for order A-17" }),
      entry(2, { errorName: "QuotaExceededError" }),
      entry(3, { source: "web-shop" }),
      entry(4, { tags: ["vip customer"] }),
      entry(5, { flowId: "f", flow: { name: "onboarding" } }),
      entry(6, { data: { cart: { sku: "ABC-99", total: 12.5, list: [true, null, "nested"] } } }),
      entry(7, { context: { tenant: "acme" } }),
      entry(8, { message: "Überweisung an Zoë 支払い" }),
      entry(9, { errorStack: "hidden-from-search" }),
    ],
  });
  const cases: readonly (readonly [q: string, seqs: readonly number[]])[] = [
    ["payment", [1]], ["ORDER payment", [1]], ["order a-17", [1]], ["a-1", [1]], ["17 a", [1]], ["18 a", []], ["pay order", []], ["order pay", [1]],
    ["quotaexceeded", [2]], ["web-shop", [3]], ["shop", [3]], ["from-header", [9, 8, 7, 6, 5, 4, 2, 1]], ["vip", [4]], ["onboarding", [5]],
    ["sku", [6]], ["abc-99", [6]], ["12.5", [6]], ["nested", [6]], ["acme", [7]], ["uberweisung", [8]], ["zoe", [8]], ["支払", [8]],
    ["hidden", []],
  ];
  for (const [q, seqs] of cases) assert.deepEqual(await found(url, q), seqs, q);
});

test("no input is a query language, and none is an error", async (t) => {
  const { url } = await collector(t);
  await post(url, [entry(1, { message: 'say "hello" AND NOT goodbye NEAR(me)' }), entry(2, { message: "other" })]);
  const cases: readonly (readonly [q: string, seqs: readonly number[]])[] = [
    ['"hello"', [1]], ['say "hello', [1]], ["hello AND goodbye", [1]], ["hello OR other", []], ["NOT other", []], ["hello NOT other", []],
    ["NEAR(me)", [1]], ["text:hello", []], ["^say", [1]], ["he*", [1]], ["he* say", []], ["{text}:hello", []], ["-hello", [1]], ["hello + goodbye", [1]],
    ['"', []], ['""', []], ["*", []], ["()", []], [":", []], ["'; DROP TABLE entries; --", []], ["\0", []], ["😀", []],
    ["hello \0goodbye", [1]], ["hello *", [1]],
  ];
  for (const [q, seqs] of cases) assert.deepEqual(await found(url, q), seqs, JSON.stringify(q));
  assert.equal(matchQuery('a"b c'), '"a""b" "c"*');
  assert.equal((await list(url, "entries")).entries.length, 2);
});

test("what is searched of one entry is bounded, and its message is always in it", async (t) => {
  const { url } = await collector(t);
  await post(url, [entry(1, { message: `${"m ".repeat(4_990)}endofmessage`, data: { a: "x ".repeat(SEARCHED_CHARS_MAX), b: "beyond" } })]);
  assert.deepEqual([await found(url, "endofmessage"), await found(url, "beyond")], [[1], []]);
});

test("the parts of the index act as one, in both directions and with a limit", async (t) => {
  const { url } = await collector(t);
  const size = 10_000;
  const total = TEXT_PART_ENTRIES + size;
  for (let first = 1; first <= total; first += size) {
    const logs = range(first, first + size - 1).map((seq) => ({ seq, level: "info", message: seq % 9_999 === 0 ? "needle" : "hay" }));
    const answer = await post(url, { batch: { id: `b${first}`, instance: "i" }, logs });
    assert.equal(answer.body.count, size);
  }
  const all = range(1, total).filter((seq) => seq % 9_999 === 0);
  assert.ok(all.some((seq) => seq > TEXT_PART_ENTRIES), "the test reaches into a second part");
  assert.deepEqual(await found(url, "needle"), [...all].reverse());
  assert.deepEqual(await found(url, "needle", "&limit=2"), all.slice(-2).reverse());
  assert.deepEqual(await found(url, "needle", `&before=${all[3]}`), all.slice(0, 3).reverse());
  assert.deepEqual(await found(url, "needle", `&after=${all[0]}&limit=3`), all.slice(1, 4).reverse());
  assert.equal((await post(url, batch("again", "i", [all[0] ?? 0]))).body.duplicates, 1);
});
