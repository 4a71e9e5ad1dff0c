/** The account of an instance beyond what is missing: arrivals, duplicates, beacons; and the columns of an entry. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ledger } from "../../js/dev/src/api-types.js";
import { batch, collector, entry, post, stored } from "./support.js";

async function ledger(url: string, instance = "i"): Promise<Ledger> {
  const response = await fetch(`${url}/api/instances/${encodeURIComponent(instance)}`);
  assert.equal(response.status, 200);
  return (await response.json()) as Ledger;
}

/** As a browser sends a beacon of bytes: without a content type. */
async function beacon(url: string, body: unknown): Promise<number> {
  const response = await fetch(`${url}/v1/logs`, { method: "POST", body: new TextEncoder().encode(JSON.stringify(body)) });
  return response.status;
}

test("batches, arrivals and duplicates are counted", async (t) => {
  const { url } = await collector(t);
  await post(url, batch("a", "i", [1, 2, 3], { resource: { userAgent: "Browser/1" } }));
  await post(url, batch("a", "i", [1, 2, 3], { attempt: 2 }));
  await post(url, batch("b", "i", [3, 4]));
  const { batches, received, duplicates, stored: kept, expired, userAgent } = await ledger(url);
  assert.deepEqual({ batches, received, duplicates, kept, expired, userAgent }, { batches: 2, received: 8, duplicates: 4, kept: 4, expired: 0, userAgent: "Browser/1" });
  assert.equal((await fetch(`${url}/api/instances/none`)).status, 404);
});

test("what beacons took is unconfirmed until it is here, and each batch confirms once", async (t) => {
  const { url } = await collector(t);
  const said = async (): Promise<unknown> => {
    const { unconfirmed, confirmed, stored: kept } = await ledger(url);
    return { unconfirmed, confirmed, kept };
  };
  await post(url, batch("a", "i", [1]));
  assert.deepEqual(await said(), { unconfirmed: null, confirmed: 0, kept: 1 });
  await post(url, batch("b", "i", [2], { unconfirmed: 3 }));
  assert.deepEqual(await said(), { unconfirmed: 3, confirmed: 0, kept: 2 });
  const sent = batch("c", "i", [3, 4, 5], { unconfirmed: 0 });
  assert.equal(await beacon(url, sent), 200);
  assert.deepEqual(await said(), { unconfirmed: 3, confirmed: 3, kept: 5 }, "an overtaken count takes nothing back");
  assert.equal(await beacon(url, sent), 200);
  await post(url, sent);
  assert.deepEqual(await said(), { unconfirmed: 3, confirmed: 3, kept: 5 });
  // One that came by fetch first, without the client knowing, and then by a beacon.
  assert.equal(await beacon(url, batch("b", "i", [2])), 200);
  assert.deepEqual(await said(), { unconfirmed: 3, confirmed: 4, kept: 5 });
});

test("a stored entry has its user, session, request, trace, tags and flow as columns", async (t) => {
  const { url } = await collector(t);
  await post(url, [
    entry(1, {
      userId: "u", sessionId: "s", requestId: "r", traceId: "t", tags: ["a", "b"], environment: "test", flowId: "f",
      stepIndex: 2, flow: { name: "checkout", branch: "w", outcome: "ok", durationMs: 5 },
    }),
    entry(2),
  ]);
  const columns = ["userId", "sessionId", "requestId", "traceId", "tags", "environment", "flowName", "flowBranch", "flowOutcome"] as const;
  assert.deepEqual((await stored(url)).map((row) => columns.map((name) => row[name])), [
    ["u", "s", "r", "t", ["a", "b"], "test", "checkout", "w", "ok"],
    [null, null, null, null, [], null, null, null, null],
  ]);
});
