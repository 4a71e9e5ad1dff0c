/** Whatever a log contains is text: no script runs, the document is built as for harmless content, nothing invisible is hidden. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { entry, range } from "../collector/support.js";
import { isInvisible } from "../support/invisible.js";
import { waitFor } from "../support/wait.js";
import { openViewer, visit } from "./support/viewer.js";

const ATTACKS = [
  "<script>window.hacked = 1</script>",
  '<img src=x onerror="window.hacked = 1">',
  '"><svg onload="window.hacked = 1">',
  "</pre><iframe srcdoc='<script>parent.hacked = 1</script>'>",
  "javascript:window.hacked = 1",
  "{{constructor.constructor('window.hacked = 1')()}} ${window.hacked = 1}",
];
const INVISIBLE = "\u202egnp.exe\u202c \u001b[31mred\u001b[0m \u200bzero\u0000nul \u2066isolate \u3164filler \u2028line";
const SHOWN = "\\u202egnp.exe\\u202c \\u001b[31mred\\u001b[0m \\u200bzero\\u0000nul \\u2066isolate \\u3164filler \\u2028line";

/** One entry and its header, every text of which is made by `text`, from a name and its longest length. */
function body(text: (max: number) => string): unknown {
  const key = text(2_000);
  const log = entry(1, {
    message: text(2_000), source: text(90), level: "error", errorName: text(190), errorStack: `${text(1_000)}\n    at ${text(1_000)} (${text(90)}:1:2)`,
    flowId: text(48), stepIndex: 0, flow: { name: text(90), outcome: text(40), branch: text(90) }, environment: text(40), version: text(90),
    data: { message: text(200), cause: { name: text(200), message: text(200), stack: text(200) }, [key]: text(2_000), ["__proto__"]: text(50), html: [text(100)] },
    context: { [text(50)]: text(50) }, template: text(100), parameters: { a: text(100) }, userId: text(90), sessionId: text(90), requestId: text(90),
    traceId: text(90), tags: [text(40)], user: { name: text(100) }, unknown: text(100), truncated: [text(20)],
  });
  const header = { id: "b", instance: "i", lastSeq: 3, dropped: { sampled: 1 }, core: text(20), resource: { source: text(90), url: text(90), userAgent: text(90) }, sdk: { name: text(50), version: text(20) } };
  return { batch: header, logs: [log] };
}

/** Each view with all of it unfolded. The flow's id is what the API says it is. */
async function walk(page: Page, url: string, look: (where: string) => Promise<void>): Promise<void> {
  const { flows } = (await (await fetch(`${url}/api/flows`)).json()) as { flows: { id: string }[] };
  const flow = encodeURIComponent(flows[0]?.id ?? "");
  for (const hash of ["#/live?entry=1", "#/flows", `#/flows/${flow}?entry=1`, "#/ledger"]) {
    await visit(page, url, hash);
    await page.locator(hash.includes("entry") ? "#panel[data-entry] h2" : ".flow-table tbody tr, .card").first().waitFor();
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    if (hash.includes("entry")) await page.locator("#panel .raw pre").waitFor();
    await look(hash);
  }
}

/** The document without its texts: names, classes and the names of the attributes of all elements. */
function structure(page: Page): Promise<string> {
  return page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .filter((found) => !(found instanceof HTMLButtonElement && found.textContent === "show all"))
      .map((found) => `${found.tagName} ${found.getAttribute("class") ?? ""} ${found.getAttributeNames().filter((name) => name !== "dir").sort().join()}`)
      .join("\n"),
  );
}

test("hostile content is text in every view, and the document is built as for harmless content", async (t) => {
  const texts = new Map<string, string>();
  const harmless = await openViewer(t, [body((max) => "harmless words ".repeat(200).slice(0, max))]);
  await walk(harmless.page, harmless.url, async (where) => void texts.set(where.replace(/flows\/[^?]*/, "flow"), await structure(harmless.page)));
  const attack = `${ATTACKS.join(" ")} ${INVISIBLE} `;
  const { page, url, problems } = await openViewer(t, [body((max) => attack.repeat(5).slice(0, max))]);
  await walk(page, url, async (where) => {
    assert.equal(await structure(page), texts.get(where.replace(/flows\/[^?]*/, "flow")), where);
    const seen = await page.evaluate(() => ({
      text: document.body.textContent ?? "",
      attributes: [...document.querySelectorAll("*")].flatMap((found) => [found.getAttribute("title") ?? "", found.getAttribute("aria-label") ?? ""]).join(""),
      foreign: document.querySelectorAll("script, iframe, object, embed, style, base, link, meta, form[action], b, i, u").length,
      hacked: "hacked" in window,
    }));
    // The page's own: one script, three links and tags of the head, forms without action.
    assert.deepEqual([seen.foreign, seen.hacked], [await harmless.page.evaluate(() => document.querySelectorAll("script, iframe, object, embed, style, base, link, meta, form[action], b, i, u").length), false]);
    for (const text of [seen.text, seen.attributes]) {
      assert.deepEqual([...text].filter((character) => !"\n\t".includes(character) && isInvisible(character.codePointAt(0) ?? 0)), [], `no invisible character: ${where}`);
    }
    if (where.includes("entry")) for (const part of [...ATTACKS, SHOWN]) assert.ok(seen.text.includes(part), `shown as it is: ${part}`);
  });
  assert.deepEqual([...problems, ...harmless.problems], []);
});

test("a megabyte line, lone surrogates and a thousand keys are shown, in pieces, and do no harm", async (t) => {
  const wide = Object.fromEntries(range(0, 999).map((index) => [`<b>${index}`, "\ud800<img src=x onerror=hacked>"]));
  const logs = `{"logs":[${JSON.stringify(entry(1, { data: { line: "<i>x</i>".repeat(131_072), wide } }))},{"level":"info","message":"\\ud800 lone \\udfff","source":"\\udc00"}]}`;
  const { page, url, problems } = await openViewer(t, [logs], "#/live?entry=1");
  await page.locator("#panel .tree").waitFor();
  await page.locator("#panel .tree button", { hasText: "show all" }).click();
  await waitFor("the megabyte", async () => ((await page.locator("#panel .tree .string").first().textContent()) ?? "").length === 1_048_578);
  await page.locator("#panel .tree summary", { hasText: "wide" }).click();
  await waitFor("the keys", async () => (await page.locator("#panel .tree .children .key").count()) === 100);
  assert.match((await page.locator("#panel .tree .children .string").first().textContent()) ?? "", /^"\\ud800<img src=x onerror=hacked>"$/);
  await visit(page, url, "#/live?entry=2");
  await page.locator("#panel[data-entry='2'] h2").waitFor();
  assert.equal(await page.evaluate(() => document.querySelectorAll("#panel i, #panel img, #panel b").length), 0);
  assert.equal(await page.evaluate(() => "hacked" in window), false);
  assert.deepEqual(problems, []);
});
