/** The tools of this suite: that a browser does what the tests ask of it, in each of the browsers. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { chosenBrowsers, launch, openApp, type RealBrowser } from "../support/browsers.js";
import { SlowLine } from "../support/line.js";
import { tree } from "../support/processes.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";

let server: FaultServer;
before(async () => {
  server = await FaultServer.start();
});
after(() => server.close());

for (const name of chosenBrowsers()) {
  test(`${name}: opens, navigates, reloads, hides, closes and is killed`, async () => {
    const browser: RealBrowser = await launch(name);
    const page = await openApp(browser, `${server.url}/page`);
    assert.equal(await page.evaluate(async (n) => n + 1, 41), 42);
    await assert.rejects(page.evaluate(() => Promise.reject(new Error("of the page"))), /of the page/);
    await page.goto(`${server.url}/blank`);
    assert.equal(await page.evaluate(() => location.pathname), "/blank");
    await page.evaluate(() => void localStorage.setItem("kept", "yes"));
    await page.reload();
    assert.equal(await page.evaluate(() => localStorage.getItem("kept")), "yes");
    const other = await openApp(browser, `${server.url}/page`);
    assert.equal(await other.evaluate(() => localStorage.getItem("kept")), "yes", "tabs share a storage");
    assert.equal(await other.evaluate(() => document.visibilityState), "visible");
    await other.hide();
    assert.equal(await other.evaluate(() => document.visibilityState), "hidden");
    await other.close();
    assert.ok(tree(browser.pid).length > 1);
    await browser.kill();
    await assert.rejects(page.evaluate(() => 1));
  });
}

test("a slow line carries a body at its rate, and delivers what an end sent before it went", async () => {
  const line = await SlowLine.start(server.url, { upBits: 800_000, downBits: 8_000_000, latencyMs: 100 });
  const body = JSON.stringify({ batch: { id: "1", resource: {} }, logs: [], padding: "x".repeat(50_000) });
  const begun = performance.now();
  const answer = await fetch(`${line.url}/v1/logs`, { method: "POST", body });
  const tookMs = performance.now() - begun;
  assert.equal(answer.status, 200);
  // 50 KB at 100 KB/s, and the way there and back.
  assert.ok(tookMs >= 700 && tookMs < 1_500, `${tookMs} ms`);

  const socket = connect(Number(new URL(line.url).port), "127.0.0.1");
  socket.end(`POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`, () => socket.destroy());
  await waitFor("what it had sent", () => server.received.length === 2);
  await line.close();
});
