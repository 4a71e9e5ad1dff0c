/** The filters: what their names and values mean, each alone and together, and that a wrong one is never ignored. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FILTER_NAMES, FilterError, parseFilter } from "../../js/dev/src/filter.js";
import { Database } from "../../js/dev/src/store/database.js";
import { whereOf } from "../../js/dev/src/store/where.js";
import { collector, entry, list, post, temporaryFile } from "./support.js";

test("names and values are read; the caller's own names are passed over", () => {
  const filter = parseFilter(new URLSearchParams("level=warn&q=a+b&user=u&session=s&tag=t&source=x&environment=e&flow=f&instance=i&from=1&to=2&limit=9"), ["limit"]);
  assert.deepEqual(filter, { severity: 13, q: "a b", user: "u", session: "s", tag: "t", source: "x", environment: "e", flow: "f", instance: "i", from: 1, to: 2 });
  assert.deepEqual(parseFilter([["q", "  "]]), {}, "an empty search searches nothing");
});

test("what means nothing is refused in a sentence that does not repeat it", () => {
  for (const query of ["levle=warn", "level=loud", "level=", "user=", "from=yesterday", "to=-1", "from=1.5", `q=${"x".repeat(201)}`, `tag=${"x".repeat(201)}`, "level=warn&level=info", "__proto__=1"]) {
    assert.throws(() => parseFilter(new URLSearchParams(query)), (error) => error instanceof FilterError && /\.$/.test(error.message) && !error.message.includes("loud"), query);
  }
});

const T = 1_795_000_000_000;
const ENTRIES = [
  entry(1, { level: "debug", userId: "u1", sessionId: "s1", tags: ["a", "b"], source: "shop", environment: "test", flowId: "f-1", flow: { name: "checkout" } }),
  entry(2, { level: "warn", userId: "u2", sessionId: "s1", tags: ["b"], source: "shop", environment: "production", flowId: "f-2", flow: { name: "checkout" } }),
  entry(3, { level: "error", userId: "u1", sessionId: "s2", tags: [], source: "api", environment: "test", message: "timeout of the gateway" }),
  entry(4, { level: "fatal", userId: "u1", sessionId: "s2", tags: ["b", "b"], source: "api", environment: "test", flowId: "checkout" }),
];
const CASES: readonly (readonly [query: string, seqs: readonly number[]])[] = [
  ["", [4, 3, 2, 1]],
  ["level=trace", [4, 3, 2, 1]],
  ["level=warn", [4, 3, 2]],
  ["level=error", [4, 3]],
  ["user=u1", [4, 3, 1]],
  ["user=U1", []],
  ["session=s1", [2, 1]],
  ["tag=b", [4, 2, 1]],
  ["tag=a", [1]],
  ["source=api", [4, 3]],
  ["environment=test", [4, 3, 1]],
  ["flow=f-1", [1]],
  // A flow of that id is there, so it is no name.
  ["flow=checkout", [4]],
  ["instance=i", [4, 3, 2, 1]],
  ["instance=j", []],
  [`from=${T + 3}`, [4, 3]],
  [`to=${T + 3}`, [3, 2, 1]],
  [`from=${T + 2}&to=${T + 3}`, [3, 2]],
  ["q=timeout", [3]],
  ["user=u1&tag=b", [4, 1]],
  ["user=u1&tag=b&level=warn", [4]],
  ["q=message&session=s1&level=info", [2]],
  ["q=message&tag=b&user=u1", [4, 1]],
  ["source=shop&environment=test&instance=i", [1]],
  ["user=' OR 1=1 --", []],
];
test("each filter finds what it says, alone and with others, from both ends and in the export", async (t) => {
  const { url } = await collector(t);
  await post(url, { batch: { id: "a", instance: "i" }, logs: ENTRIES });
  for (const [query, expected] of CASES) {
    const seqs = async (more: string): Promise<unknown[]> => (await list(url, "entries", `?${query}${more}`)).entries.map((row) => row.seq);
    assert.deepEqual(await seqs(""), expected, query);
    assert.deepEqual(await seqs("&after=0"), expected, `${query}, from the oldest`);
    assert.deepEqual(await seqs("&before=3"), expected.filter((seq) => seq < 3), `${query}, before`);
    const lines = (await (await fetch(`${url}/api/export?${query}`)).text()).split("\n").slice(0, -1);
    assert.deepEqual(lines.map((line) => (JSON.parse(line) as { seq: number }).seq), [...expected].reverse(), `${query}, exported`);
  }
});

test("a flow's name finds all flows of that name", async (t) => {
  const { url } = await collector(t);
  await post(url, [...ENTRIES.slice(0, 3)]);
  assert.deepEqual((await list(url, "entries", "?flow=checkout")).entries.map((row) => row.flowId), ["f-2", "f-1"]);
});

test("each filter is driven by an index: none reads all entries, and only those of one flow are sorted", async (t) => {
  const file = temporaryFile(t);
  const started = await collector(t, { db: file });
  await post(started.url, ENTRIES);
  const db = new Database(file, "read");
  t.after(() => db.close());
  for (const query of ["level=warn", "user=u", "session=s", "tag=t", "source=s", "flow=f-1", "flow=name", "instance=i", "q=x", "user=u&source=s&level=error"]) {
    const { from, conditions, parameters, id } = whereOf(db, parseFilter(new URLSearchParams(query)), { n: 1, first: 1 });
    const sql = `EXPLAIN QUERY PLAN SELECT e.id FROM ${from} WHERE ${conditions.join(" AND ")} AND ${id} < 99 ORDER BY ${id} DESC LIMIT 5`;
    const plan = db.all<{ detail: string }>(sql, parameters).map((row) => row.detail).join("; ");
    assert.doesNotMatch(plan, /SCAN e(?! USING INDEX| USING COVERING)/, `${query}: ${plan}`);
    assert.equal(/TEMP B-TREE/.test(plan), query === "flow=f-1", `${query}: ${plan}`);
    assert.match(plan, /INDEX|SEARCH entry_tags USING PRIMARY KEY/, `${query}: ${plan}`);
  }
});

test("every filter the API takes is one of the list", async (t) => {
  const { url } = await collector(t);
  const values: Record<string, string> = { level: "info", from: "1", to: "2" };
  for (const name of FILTER_NAMES) {
    for (const path of ["/api/entries", "/api/export"]) {
      assert.equal((await fetch(`${url}${path}?${name}=${values[name] ?? "x"}`)).status, 200, name);
    }
  }
  for (const path of ["/api/entries?users=x", "/api/export?limit=1", "/api/stream?foo=1", "/api/flows?level=warn", "/api/facets?x=1", "/api/status?x=1", "/api/flows?status=done"]) {
    const response = await fetch(`${url}${path}`);
    assert.equal(response.status, 400, path);
    assert.match(((await response.json()) as { error: string }).error, /\.$/);
  }
});
