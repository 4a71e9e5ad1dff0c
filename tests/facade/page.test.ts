// What the environment says of itself, and which addresses can be sent to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../../js/src/options.js";
import { resolve, resource } from "../../js/src/page.js";
import { bareUrl } from "../../js/src/safe.js";
import { asPage } from "./support/page.js";

const location = { href: "https://me:pw@shop.example.com:8443/a/b?q=1#f", host: "shop.example.com:8443" };
const header = (): { resource: unknown } =>
  JSON.parse(`{${resource(check({ source: "s", version: "1" })).slice(1)}}`) as { resource: unknown };

describe("an endpoint", () => {
  const cases: [given: string | null | undefined, alone: string | undefined, onThePage: string | undefined][] = [
    ["https://logs.example.com/v1/logs?a=1", "https://logs.example.com/v1/logs?a=1", "https://logs.example.com/v1/logs?a=1"],
    ["http://127.0.0.1:4318", "http://127.0.0.1:4318/", "http://127.0.0.1:4318/"],
    ["/v1/logs", undefined, "https://shop.example.com:8443/v1/logs"],
    ["logs", undefined, "https://shop.example.com:8443/a/logs"],
    ["//other.example.com/x", undefined, "https://other.example.com/x"],
    ["", undefined, undefined],
    [null, undefined, undefined],
    [undefined, undefined, undefined],
    ["https://me:pw@logs.example.com", undefined, undefined],
    ["https://me@logs.example.com", undefined, undefined],
    ["data:text/plain,x", undefined, undefined],
    ["javascript:alert(1)", undefined, undefined],
    ["https://", undefined, undefined],
  ];
  for (const [given, alone, onThePage] of cases) {
    it(JSON.stringify(given) ?? "undefined", (t) => {
      assert.equal(resolve(given)?.href, alone);
      asPage(t, { location: { ...location, href: "https://shop.example.com:8443/a/b?q=1#f" } });
      assert.equal(resolve(given)?.href, onThePage);
    });
  }
});

describe("the header of a batch", () => {
  it("names the page without query, fragment and credentials, and the browser", (t) => {
    asPage(t, { location, navigator: { userAgent: "Browser/1", language: "de-DE" } });
    assert.deepEqual(header().resource, {
      source: "s",
      environment: "production",
      version: "1",
      url: "https://shop.example.com:8443/a/b",
      userAgent: "Browser/1",
      locale: "de-DE",
      host: "shop.example.com:8443",
    });
  });

  it("is bounded, however long the address is", (t) => {
    const long = "x".repeat(100_000);
    asPage(t, { location: { href: `https://shop.example.com/${long}`, host: long }, navigator: { userAgent: long, language: `${long}` } });
    const { url, ...others } = header().resource as Record<string, string>;
    assert.equal(url, `https://shop.example.com/${long}`.slice(0, 2000));
    for (const text of Object.values(others)) assert.ok(text.length <= 2000);
  });

  it("leaves out what the environment has not got", (t) => {
    asPage(t, { location: undefined, navigator: undefined });
    assert.deepEqual(header().resource, { source: "s", environment: "production", version: "1" });
  });
});

describe("an address without what may not leave", () => {
  const cases: [href: string, bare: string][] = [
    ["https://a.example/p?x=1#y", "https://a.example/p"],
    ["https://a.example/p#y?z", "https://a.example/p"],
    ["https://u:p@a.example/p", "https://a.example/p"],
    ["https://a.example/@user/p", "https://a.example/@user/p"],
    ["file:///home/x", "file:///home/x"],
    ["about:blank", "about:blank"],
  ];
  for (const [href, bare] of cases) it(href, () => assert.equal(bareUrl(href), bare));

  it("in linear time", () => {
    const start = performance.now();
    for (const piece of ["/", "//", "?", "@", "//a"]) bareUrl(piece.repeat(200_000));
    assert.ok(performance.now() - start < 1000);
  });
});
