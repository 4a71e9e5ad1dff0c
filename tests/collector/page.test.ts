/** The page in a real browser: it shows what came, as text, whatever it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../support/wait.js";
import { isInvisible } from "./invisible.js";
import { blankPage, open } from "./pages.js";
import { addressOf, batch, entry, post, program, rawRequest, temporaryFile } from "./support.js";

const ATTACKS = [
  "<script>window.hacked = 1</script>",
  '<img src=x onerror="window.hacked = 1">',
  '"><svg onload="window.hacked = 1">',
  "</pre><iframe srcdoc='<script>parent.hacked = 1</script>'>",
  "javascript:window.hacked = 1",
  "{{constructor.constructor('window.hacked = 1')()}} ${window.hacked = 1}",
];
const INVISIBLE = "\u202egnp.exe\u202c \u001b[31mred\u001b[0m \u200bzero\u0000nul \u2066isolate \u3164filler";

test("the page shows hostile content as text", async (t) => {
  const text = `${ATTACKS.join(" ")} ${INVISIBLE}`;
  const logs = [
    entry(1, {
      message: text, source: text.slice(0, 90), level: "error", errorName: text.slice(0, 150), errorStack: `${text}\n    at ${text}`,
      flowId: '<b onclick="window.hacked=1">\u202e', stepIndex: 0, flow: { name: `<i>${text.slice(0, 80)}`, outcome: "<u>ok</u>" },
      data: { [text]: text, ["__proto__"]: "<b>proto", nested: { html: "<b>x</b>" } }, userId: "<b>user", tags: ["<b>tag"],
    }),
  ];
  const header = { id: "b", instance: "<b>instance", resource: { source: "<b>source\u202e" }, dropped: { sampled: 1 } };
  const { page, problems } = await open(t, [{ batch: header, logs }]);
  await page.locator("#entries summary").click();
  await page.locator("#entries pre").nth(1).waitFor();
  await page.locator("#flows button").click();
  await page.locator("#flow").waitFor();
  await page.locator("#status", { hasText: "Live, 1 entry" }).waitFor();
  await page.locator("#entries summary").click();
  await page.locator("#entries pre").nth(1).waitFor();

  const body = await page.evaluate(() => ({
    text: document.body.textContent ?? "",
    elements: document.querySelectorAll("script, img, svg, iframe, b, i, u, style").length,
    handlers: [...document.querySelectorAll("*")].filter((found) => found.getAttributeNames().some((name) => name.startsWith("on"))).length,
    hacked: "hacked" in window,
  }));
  // The one element is the page's own script.
  assert.deepEqual([body.elements, body.handlers, body.hacked], [1, 0, false]);
  for (const attack of ATTACKS) assert.ok(body.text.includes(attack), `shown as it is: ${attack}`);
  assert.ok(body.text.includes("\\u202egnp.exe\\u202c \\u001b[31mred\\u001b[0m \\u200bzero\\u0000nul \\u2066isolate \\u3164filler"));
  const hidden = [...body.text].filter((character) => !"\n\t".includes(character) && isInvisible(character.codePointAt(0) ?? 0));
  assert.deepEqual(hidden, [], "no invisible character");
  assert.deepEqual(problems, []);
});

test("the page's policy refuses foreign scripts, and HTML made from strings", async (t) => {
  const { url, page } = await open(t);
  const { headers } = await rawRequest(url, { path: "/" });
  const policy = String(headers["content-security-policy"]);
  const self = ["script-src 'self'", "style-src 'self'", "connect-src 'self'"];
  for (const rule of [...self, "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) {
    assert.ok(policy.split("; ").includes(rule), rule);
  }
  assert.ok(!policy.includes("unsafe"));
  assert.equal(headers["x-content-type-options"], "nosniff");
  const refused = await page.evaluate(() => {
    try {
      document.body.innerHTML = "<b>x</b>";
      return false;
    } catch {
      return true;
    }
  });
  assert.equal(refused, true);
});

test("new entries, flows and accounts appear without a reload, each entry once", async (t) => {
  const { url, page, problems } = await open(t);
  assert.equal(await page.locator("#empty").textContent(), "No entries yet.");
  const step = (seq: number, more = {}): unknown => entry(seq, { flowId: "checkout-a1b2c3d4", stepIndex: seq - 1, flow: { name: "checkout", ...more } });
  await post(url, { batch: { id: "a", instance: "i", accepted: 2, resource: { source: "shop" } }, logs: [step(1), step(2)] });
  await page.locator("#entries > li").nth(1).waitFor();
  await page.locator("#flows", { hasText: /checkout.*running.*2 steps/ }).waitFor();
  await post(url, { batch: { id: "b", instance: "i", accepted: 5, final: "close" }, logs: [step(3, { outcome: "ok", durationMs: 12 })] });
  await page.locator("#flows", { hasText: "ok" }).waitFor();
  await page.locator("#loggers", { hasText: "2 missing (of no. 4–5)" }).waitFor();
  await post(url, batch("c", "i", [4, 5]));
  await page.locator("#loggers", { hasText: "nothing lost" }).waitFor();
  await waitFor("five entries", async () => (await page.locator("#entries > li").count()) === 5);
  assert.deepEqual(problems, []);
});

test("it fits a narrow window, in light and dark", async (t) => {
  const long = "W".repeat(400);
  const names = { source: long.slice(0, 100), flowId: long.slice(0, 50), errorName: long.slice(0, 200) };
  const logs = [entry(1, { ...names, message: long, level: "error", data: { [long]: long } })];
  const { page } = await open(t, [{ batch: { id: "b", instance: long.slice(0, 100), dropped: { buffer_full: 3 }, lastSeq: 90 }, logs }], 400);
  await page.locator("#entries summary").click();
  await page.locator("#flows button").click();
  await page.locator("#flow").waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { width, ground, text } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      ground: getComputedStyle(document.body).backgroundColor,
      text: getComputedStyle(document.body).color,
    }));
    assert.ok(width <= 400, `${width} pixels wide`);
    assert.notEqual(ground, text);
  }
});

test("it says when the collector is gone, and comes back with it", async (t) => {
  const file = temporaryFile(t);
  const first = program(t, "--port", "0", "--db", file, "--quiet");
  const url = await addressOf(first);
  const page = await blankPage(t);
  await page.goto(url);
  await page.locator("#status", { hasText: "Live" }).waitFor();
  first.child.kill("SIGKILL");
  await first.ended;
  await page.locator("#status", { hasText: "does not answer" }).waitFor();
  await addressOf(program(t, "--port", new URL(url).port, "--db", file, "--quiet"));
  await post(url, batch("a", "i", [1]));
  await page.locator("#status", { hasText: "Live, 1 entry" }).waitFor();
});
