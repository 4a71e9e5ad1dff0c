/** A hostile site that points its name at this machine (DNS rebinding) reads nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostCheck, isLoopback } from "../../js/dev/src/http/host.js";
import { collector, rawRequest } from "./support.js";

test("the page and the read API answer only to names of this machine", async (t) => {
  const { url } = await collector(t);
  const { port } = new URL(url);
  for (const path of ["/", "/page.js", "/api/entries", "/api/flows", "/api/instances", "/api/stream", "/api/export", "/api/facets", "/api/status", "/health", "/nothing"]) {
    const { status, text } = await rawRequest(url, { path, headers: { host: `evil.example:${port}` } });
    assert.equal(status, 403, path);
    assert.equal(typeof (JSON.parse(text) as { error: unknown }).error, "string");
  }
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, "LOCALHOST", "127.9.9.9", `[::1]:${port}`]) {
    assert.equal((await rawRequest(url, { path: "/api/entries", headers: { host } })).status, 200, host);
  }
});

test("the intake answers to any name: pages and relays reach it by their own", async (t) => {
  const { url } = await collector(t);
  const { status } = await rawRequest(url, { method: "OPTIONS", path: "/v1/logs", headers: { host: "logs.example", origin: "https://a.example" } });
  assert.equal(status, 204);
});

test("the check itself: names, addresses, and what only looks like them", () => {
  const loopback = hostCheck("127.0.0.1");
  const everywhere = hostCheck("0.0.0.0");
  const named = hostCheck("Logs.Internal");
  const refused = [
    ...[undefined, "", "evil.example", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example", "127.evil.example"],
    ...["user@localhost", "localhost:80:80", "localhost:", "[::1", "[evil]", "::1", "0", "2130706433"],
  ];
  for (const host of refused) assert.equal(loopback(host), false, String(host));
  for (const host of refused) assert.equal(everywhere(host), false, String(host));
  assert.equal(loopback("192.168.0.7"), false);
  assert.equal(everywhere("192.168.0.7:4318"), true);
  assert.equal(everywhere("[fe80::1]:4318"), true);
  assert.equal(named("logs.internal:4318"), true);
  assert.equal(named("other.internal"), false);
  assert.equal(named("localhost"), true);
});

test("which addresses only this machine can reach", () => {
  for (const name of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) assert.equal(isLoopback(name), true, name);
  for (const name of ["0.0.0.0", "::", "192.168.0.7", "127.evil.example", "logs.internal"]) assert.equal(isLoopback(name), false, name);
});
