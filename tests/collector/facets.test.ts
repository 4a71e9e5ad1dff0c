/** Facets and status: the counts follow what is stored, duplicates count once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FacetsAnswer, StatusAnswer } from "../../js/dev/src/api-types.js";
import { collector, entry, post, range, temporaryFile } from "./support.js";

async function get<Kind>(url: string, path: string): Promise<Kind> {
  const response = await fetch(`${url}${path}`);
  assert.equal(response.status, 200);
  return (await response.json()) as Kind;
}

test("values are counted once per stored entry, the most frequent first", async (t) => {
  const file = temporaryFile(t);
  const first = await collector(t, { db: file });
  const logs = [
    entry(1, { tags: ["b", "a"], userId: "u1" }),
    entry(2, { level: "error", tags: ["b"], userId: "u1", source: "other" }),
    entry(3, { sessionId: "s", environment: "test" }),
  ];
  const body = { batch: { id: "x", instance: "i", resource: { source: "shop", environment: "production" } }, logs };
  await post(first.url, body);
  await post(first.url, { ...body, batch: { ...body.batch, id: "y" } });
  const expected: FacetsAnswer = {
    levels: { trace: 0, debug: 0, info: 2, warn: 0, error: 1, fatal: 0 },
    sources: [{ value: "shop", count: 2 }, { value: "other", count: 1 }],
    environments: [{ value: "production", count: 2 }, { value: "test", count: 1 }],
    tags: [{ value: "b", count: 2 }, { value: "a", count: 1 }],
    users: [{ value: "u1", count: 2 }],
    sessions: [{ value: "s", count: 1 }],
  };
  assert.deepEqual(await get(first.url, "/api/facets"), expected);
  await first.close();
  const second = await collector(t, { db: file });
  assert.deepEqual(await get(second.url, "/api/facets"), expected, "after a restart");
});

test("the lists are bounded", async (t) => {
  const { url } = await collector(t);
  await post(url, range(1, 120).map((n) => entry(n, { tags: [`t${n}`, "all"], userId: `u${n}`, sessionId: `s${n}` })));
  const { tags, users, sessions } = await get<FacetsAnswer>(url, "/api/facets");
  assert.deepEqual([tags.length, users.length, sessions.length, tags[0]], [50, 20, 20, { value: "all", count: 120 }]);
});

test("status says what there is, and what the bounds are", async (t) => {
  const before = Date.now();
  const { url } = await collector(t, { maxBytes: 0, maxAgeMs: 60_000 });
  const empty = await get<StatusAnswer>(url, "/api/status");
  assert.deepEqual([empty.entries, empty.cursor, empty.expired, empty.bytesMax, empty.ageMsMax], [0, 0, 0, 0, 60_000]);
  assert.ok(empty.startedAt >= before && empty.startedAt <= Date.now());
  await post(url, range(1, 2_000).map((n) => entry(n)));
  const full = await get<StatusAnswer>(url, "/api/status");
  assert.deepEqual([full.entries, full.cursor], [2_000, 2_000]);
  assert.ok(full.bytes > empty.bytes + 200_000, `${full.bytes} bytes`);
});
