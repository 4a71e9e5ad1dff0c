/** What a page means to a Rust app's logger: it is left, its address, its origin; and a runtime that is no page. */
import assert from "node:assert/strict";
import { after, before, beforeEach, type TestContext, test } from "node:test";
import { waitFor } from "../support/wait.js";
import { replace } from "../wasm/support/globals.js";
import { Receiver } from "../wasm/support/receiver.js";
import { app } from "./support/app.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

/** What `fetch` is called with, and then does. */
function watchFetch(t: TestContext): RequestInit[] {
  const seen: RequestInit[] = [];
  const real = replace<typeof fetch>(t, "fetch", (url: string, init: RequestInit) => {
    seen.push({ ...init });
    return real(url, init);
  });
  return seen;
}

test("a page that is left sends what was logged a moment ago", async (t) => {
  const document = Object.assign(new EventTarget(), { hidden: false });
  replace(t, "document", document);
  const seen = watchFetch(t);
  const one = app(server.endpoint);
  one.say("just now");
  document.hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  // In the handler itself, before the page can go.
  assert.deepEqual(seen.map(({ keepalive }) => keepalive), [true]);
  await waitFor("the entry", () => server.received.some(({ logs }) => logs[0]?.message === "just now"));
  assert.equal(server.received[0]?.batch.final, "hide");
  await one.close();
  // Nothing listens any more.
  one.say("late");
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(seen.length, 1);
});

test("the page's address stands in the header, without query, fragment and credentials, and follows the page", async (t) => {
  const location = { href: "https://u:p@shop.example/cart?token=1#top", origin: "https://shop.example", host: "shop.example" };
  replace(t, "location", location);
  const seen = watchFetch(t);
  const one = app(server.endpoint);
  one.say("a");
  await one.flush();
  location.href = "https://shop.example/paid?token=2";
  one.say("b");
  await one.flush();
  const urls = server.received.map(({ batch: { resource } }) => [resource["url"], resource["host"], resource["source"]]);
  assert.deepEqual(urls, [
    ["https://shop.example/cart", "shop.example", "shop"],
    ["https://shop.example/paid", "shop.example", "shop"],
  ]);
  // To another origin no cookie goes, and no address as referrer.
  const { method, redirect, credentials, referrerPolicy } = seen[0]!;
  assert.deepEqual({ method, redirect, credentials, referrerPolicy }, { method: "POST", redirect: "error", credentials: "omit", referrerPolicy: "origin" });
  await one.close();
});

test("a relative endpoint is resolved against the page, whose cookies go along", async (t) => {
  const { origin } = new URL(server.endpoint);
  replace(t, "location", { href: `${origin}/shop/`, origin, host: new URL(origin).host });
  const seen = watchFetch(t);
  const one = app("../v1/logs");
  one.say("a");
  assert.equal((await one.flush())[0], 1);
  assert.equal(seen[0]?.credentials, "same-origin");
  await one.close();
});

test("in a Worker nothing is asked of `fetch` that is refused there, and nothing is sent between requests", async (t) => {
  replace(t, "WebSocketPair", class {});
  const seen = watchFetch(t);
  const timers = replace<typeof setTimeout>(t, "setTimeout", (...given: Parameters<typeof setTimeout>) => {
    planned.push(given[1]);
    return timers(...given);
  });
  const planned: unknown[] = [];
  const one = app(server.endpoint, { batchSize: 2 });
  for (const message of ["a", "b", "c"]) one.say(message);
  assert.deepEqual(planned, []);
  assert.equal((await one.flush())[0], 3);
  assert.ok(seen.length > 0);
  for (const init of seen) assert.deepEqual([init.redirect, init.credentials, init.referrerPolicy, init.keepalive], ["manual", undefined, undefined, false]);
  await one.close();
});
