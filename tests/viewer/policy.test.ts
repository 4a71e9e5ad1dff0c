/** The page's policy: it runs its own script and nothing else, and no HTML is made from strings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rawRequest } from "../collector/support.js";
import { openViewer } from "./support/viewer.js";

test("the page's policy refuses foreign scripts, and HTML made from strings", async (t) => {
  const { url, page } = await openViewer(t);
  const { headers } = await rawRequest(url, { path: "/" });
  const policy = String(headers["content-security-policy"]);
  const self = ["script-src 'self'", "style-src 'self'", "connect-src 'self'"];
  for (const rule of [...self, "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) {
    assert.ok(policy.split("; ").includes(rule), rule);
  }
  assert.ok(!policy.includes("unsafe"));
  assert.equal(headers["x-content-type-options"], "nosniff");
  const refused = await page.evaluate(() => {
    const made = document.createElement("div");
    const tries: (() => void)[] = [() => (made.innerHTML = "<b>x</b>"), () => made.insertAdjacentHTML("beforeend", "<b>x</b>"), () => document.write("<b>x</b>"), () => new DOMParser().parseFromString("<b>x</b>", "text/html")];
    return tries.map((attempt) => {
      try {
        attempt();
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    });
  });
  assert.deepEqual(refused, ["TypeError", "TypeError", "TypeError", "TypeError"]);
});
