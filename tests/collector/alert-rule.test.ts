/** The grammar of alerts, and what counts as a breach. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertError, parseRule } from "../../js/dev/src/alerts/rule.js";
import { alertBody } from "../../js/dev/src/alerts/webhook.js";
import { BreachWindow } from "../../js/dev/src/alerts/window.js";
import type { StoredEntry } from "../../js/dev/src/api-types.js";

test("a rule: filter, count, window, address", () => {
  const rule = parseRule("error source=shop > 10/1m -> https://example.com/hook?a=1");
  assert.deepEqual(rule.filter, { severity: 17, source: "shop" });
  assert.deepEqual([rule.count, rule.windowMs, rule.url.href], [10, 60_000, "https://example.com/hook?a=1"]);
  assert.equal(rule.text, "error source=shop > 10/1m", "the address is not part of what is told");
  assert.deepEqual(parseRule(`q="payment > 10/1m -> x" user=ada>0/90s->http://127.0.0.1:1/`).filter, { q: "payment > 10/1m -> x", user: "ada" });
  assert.deepEqual(parseRule("flow=checkout > 3/24h -> http://a/").windowMs, 86_400_000);
});

test("a rule that cannot be read is told so without repeating the address", () => {
  for (const [text, sentence] of [
    ["", /^--alert takes a rule such as /],
    ["error", /^--alert takes a rule such as /],
    ["> 10/1m -> http://a/", /^--alert takes a rule such as /],
    ["error > 10/1m", /^--alert takes a rule such as /],
    ["error > ten/1m -> http://secret/", /^--alert takes a rule such as /],
    ["error > 10/1d -> http://secret/", /^--alert takes a rule such as /],
    ["error > 1000001/1m -> http://secret/", /^An alert's count may be at most 1000000\.$/],
    ["error > 1/0s -> http://secret/", /^An alert's time goes from 1s to 24h\.$/],
    ["error > 1/25h -> http://secret/", /^An alert's time goes from 1s to 24h\.$/],
    ["loud > 1/1m -> http://secret/", /^An alert's filter is a level, name=value, or several of them\.$/],
    ["level=loud > 1/1m -> http://secret/", /^An alert's filter: level is none of the six levels\.$/],
    ["error level=info > 1/1m -> http://secret/", /^An alert's filter: level is given twice\.$/],
    ["error > 1/1m -> file:///secret", /^An alert's address begins with http:\/\/ or https:\/\/\.$/],
    ["error > 1/1m -> secret", /^An alert's address begins with http:\/\/ or https:\/\/\.$/],
    ["error > 1/1m -> http://secret:secret@a/", /^An alert's address may hold no user and password\.$/],
  ] as const) {
    assert.throws(() => parseRule(text), (error) => error instanceof AlertError && sentence.test(error.message) && !error.message.includes("secret"), text);
  }
});

test("a breach is told once, and again only after the count was back within its bound", () => {
  const window = new BreachWindow(2, 60_000);
  assert.deepEqual([window.add(0, 1, 0), window.add(1_000, 1, 1)], [false, false], "two are no breach yet");
  assert.equal(window.add(2_000, 1, 2), true, "the third is");
  assert.deepEqual([window.add(3_000, 50, 3), window.add(30_000, 1, 53)], [false, false], "the same breach goes on");
  assert.equal(window.count, 54);
  // The fifty leave at 63 s; one is left, and the count is back.
  assert.equal(window.add(64_000, 1, 54), false);
  assert.deepEqual([window.count, window.after], [2, 53]);
  assert.equal(window.add(65_000, 1, 55), true, "a new breach");
  assert.equal(window.add(200_000, 3, 56), true, "after silence, too, all at once");
  assert.equal(window.add(400_000, 0, 59), false);
  assert.equal(window.count, 0);
});

test("a breach that never ceases is told once, and costs bounded memory", () => {
  const window = new BreachWindow(0, 1_000);
  let told = 0;
  for (let now = 0; now < 100_000; now += 1) if (window.add(now, 3, now)) told += 1;
  assert.equal(told, 1);
  assert.ok(window.count >= 2_950 && window.count <= 3_000, `${window.count} in the window`);
});

test("the body says in a sentence what happened, and nothing in it mentions or links", () => {
  const rule = parseRule("error q=<!channel> > 10/1m -> http://a/");
  const entry = (message: string): StoredEntry => ({ id: 1, timestamp: 2, level: "error", message, source: "shop", environment: null, flowName: null, errorName: "E" }) as StoredEntry;
  const body = alertBody(rule, 12, [entry("<!channel> `@here` \u001b[2J & more"), entry("x".repeat(100_000))]);
  assert.equal(
    body.text,
    "12 log entries match `error q=&lt;!channel&gt;` within 1m (alert: more than 10). First: `&lt;!channel&gt; '@here' \\u001b[2J &amp; more`",
  );
  assert.deepEqual([body.alert, body.count, body.windowMs], ["error q=<!channel> > 10/1m", 12, 60_000]);
  assert.deepEqual(body.entries[0], { id: 1, timestamp: 2, level: "error", message: "<!channel> `@here` \u001b[2J & more", source: "shop", environment: null, flowName: null, errorName: "E" });
  assert.ok(JSON.stringify(body).length < 2_000);
});
