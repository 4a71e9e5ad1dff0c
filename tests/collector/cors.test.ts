/** Pages of other origins may post, credentialed beacons included, and read the answer; nothing else is theirs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collector, entry, rawRequest } from "./support.js";

const ORIGIN = "https://shop.example";

test("a preflight is answered in words that credentialed requests accept", async (t) => {
  const { url } = await collector(t, { key: "secret" });
  const { status, headers } = await rawRequest(url, {
    method: "OPTIONS",
    path: "/v1/logs",
    headers: { origin: ORIGIN, "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-api-key" },
  });
  assert.equal(status, 204);
  assert.equal(headers["access-control-allow-origin"], ORIGIN);
  assert.equal(headers["access-control-allow-credentials"], "true");
  assert.equal(headers["access-control-allow-headers"], "content-type, content-encoding, x-api-key, authorization");
  assert.equal(headers["access-control-allow-methods"], "POST");
  assert.ok(Number(headers["access-control-max-age"]) > 0);
  assert.equal(headers.vary, "Origin");
  assert.ok(!Object.values(headers).includes("*"));
});

test("every answer of the intake can be read by the page that asked, errors included", async (t) => {
  const { url } = await collector(t, { key: "secret" });
  for (const [body, key, status] of [
    [JSON.stringify(entry(1)), "secret", 200],
    ["nonsense", "secret", 400],
    [JSON.stringify(entry(1)), "wrong", 401],
    ["SAP1", "secret", 400],
  ] as const) {
    const response = await fetch(`${url}/v1/logs`, { method: "POST", body, headers: { origin: ORIGIN, "x-api-key": key } });
    assert.equal(response.status, status);
    assert.equal(response.headers.get("access-control-allow-origin"), ORIGIN);
    assert.equal(response.headers.get("access-control-allow-credentials"), "true");
    assert.equal(response.headers.get("access-control-expose-headers"), "Retry-After");
  }
});

test("the read API and the page carry no CORS header and refuse preflights", async (t) => {
  const { url } = await collector(t);
  for (const path of ["/api/entries", "/api/flows", "/api/instances", "/health", "/"]) {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers, status } = await rawRequest(url, { method, path, headers: { origin: ORIGIN } });
      assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith("access-control")), [], `${method} ${path}`);
      if (method === "OPTIONS") assert.ok(status === 405 || status === 404);
    }
  }
});
