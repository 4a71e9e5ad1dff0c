/** With a key, nothing is taken without it, in any of its three places, and it is stored nowhere. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { collector, entry, post, stored, temporaryFile } from "./support.js";

const KEY = "tb_live_5f0c";
const LOGS = [entry(1)];

test("the key is taken from X-API-Key, Authorization and the body", async (t) => {
  const { url } = await collector(t, { key: KEY });
  const answers = [
    await post(url, LOGS, { "x-api-key": KEY }),
    await post(url, LOGS, { authorization: `Bearer ${KEY}` }),
    await post(url, LOGS, { authorization: `bearer  ${KEY}` }),
    await post(url, { batch: { id: "a", instance: "i", key: KEY }, logs: LOGS }, { "content-type": "text/plain" }),
  ];
  assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 200]);
});

test("a missing or wrong key is a 401 and stores nothing", async (t) => {
  const { url } = await collector(t, { key: KEY });
  const answers = [
    await post(url, LOGS),
    await post(url, LOGS, { "x-api-key": "" }),
    await post(url, LOGS, { "x-api-key": `${KEY}x` }),
    await post(url, LOGS, { "x-api-key": KEY.slice(0, -1) }),
    await post(url, LOGS, { authorization: `Basic ${KEY}` }),
    await post(url, LOGS, { authorization: KEY }),
    await post(url, { batch: { id: "a", instance: "i", key: [KEY] }, logs: LOGS }),
    await post(url, { batch: [], logs: LOGS }),
    await post(url, { key: KEY, logs: LOGS }),
    await post(url, LOGS, {}, `?key=${KEY}`),
    await post(url, "not json"),
    await post(url, ""),
  ];
  assert.deepEqual(answers.map((answer) => answer.status), answers.map(() => 401));
  assert.deepEqual(answers[0]?.body, { error: "The key is missing or wrong." });
  assert.deepEqual(await stored(url), []);
});

test("without a key of its own the collector ignores what it is given", async (t) => {
  const { url } = await collector(t);
  assert.equal((await post(url, LOGS, { "x-api-key": "any", authorization: "Bearer thing" })).status, 200);
});

test("the key of a body is stored nowhere", async (t) => {
  const file = temporaryFile(t);
  const running = await collector(t, { db: file, key: KEY });
  await post(running.url, { batch: { id: "a", instance: "i", key: KEY, sdk: { name: "sapwood" } }, logs: LOGS });
  await running.close();
  const bytes = readFileSync(file);
  assert.ok(bytes.includes("sapwood"), "the header is stored");
  assert.ok(!bytes.includes(KEY), "the key is not");
});
