// The options of `createLogger`: what a programmer wrote wrong throws, what the environment left out does not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SapwoodError } from "../../js/src/error.js";
import { renderConfiguration } from "../../js/src/options.docs.js";
import { check, integer, OPTIONS } from "../../js/src/options.js";
import type { LoggerOptions } from "../../js/src/types.js";
import { ENDPOINT, rig } from "./support/logger.js";

const thrown = (options: unknown): { code: string; field: string | undefined } => {
  try {
    check(options as LoggerOptions);
  } catch (error) {
    const { code, field, name } = error as { code: string; field: string; name: string };
    assert.equal(name, "SapwoodError");
    return { code, field };
  }
  return assert.fail("nothing was thrown");
};

describe("a wrong option throws", () => {
  it("unknown, also in a group, also of a later issue", () => {
    for (const name of ["sauce", "constructor", "__proto__x", "captureConsole", "sampling", "flightRecorder", "beforeSend",
      "encoding", "throwOnError", "retry.maxAgeMs "]) {
      assert.deepEqual(thrown({ source: "s", [name]: 1 }), { code: "unknown_option", field: name });
    }
    assert.deepEqual(thrown({ source: "s", retry: { forever: true } }), { code: "unknown_option", field: "retry.forever" });
  });

  it("missing", () => {
    for (const options of [{}, undefined, null, 5, "s"]) {
      const { code, field } = thrown(options);
      if (options !== "s") assert.deepEqual({ code, field }, { code: "missing_option", field: "source" });
    }
  });

  it("of the wrong kind", () => {
    const wrong: Record<string, unknown[]> = {
      source: [5, "", "x".repeat(101), null], environment: ["", 5, "x".repeat(51)], endpoint: [5, {}], apiKey: [5, true],
        version: ["", 1], dataset: ["x".repeat(51)],
      minLevel: ["loud", 9, ""], userId: ["", 5], sessionId: ["", {}], user: ["u", []], tags: ["t", [5], [""], ["x".repeat(51)],
        new Array(21).fill("t")],
      context: [[], "c", 5], batchSize: [0, 1001, 1.5, "10", NaN], batchBytes: [1023, 1_048_577], flushInterval: [-1, 86_400_001,
        Infinity], maxBufferBytes: [16_383],
      retry: [5, [], "r"], timeoutMs: [0], compress: ["yes", 1, null], rateLimit: [0, true, 1.5, 1_000_001], redact: ["all", {}, { keys: "k" }, { keys: [5] }], consent: ["maybe", true],
        offline: ["yes", true, 1], session: ["page", true, ""],
        captureErrors: [1], maxDataDepth: [0, 33],
      maxDataNodes: [9, 100_001], maxDataBytes: [1023, 1_048_577], strict: ["yes"], onError: [{}], onDrop: ["f"],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) assert.deepEqual(thrown({ source: "s", [name]: value }), { code: "invalid_option", field: name },
        `${name}: ${String(value)}`);
    }
    for (const name of ["initialDelayMs", "maxDelayMs", "maxAgeMs", "maxRetries"]) {
      assert.deepEqual(thrown({ source: "s", retry: { [name]: -1 } }), { code: "invalid_option", field: `retry.${name}` });
    }
  });
});

describe("the bounds", () => {
  for (const [name, [kind, min = 0, max = 0]] of Object.entries(OPTIONS)) {
    if (kind !== integer) continue;
    it(`${name}: ${min} and ${max} are inside`, () => {
      const given = (value: number): LoggerOptions => {
        const [group, key] = name.split(".");
        return { source: "s", ...(key ? { [group!]: { [key]: value } } : { [name]: value }) };
      };
      check(given(min));
      check(given(max));
      assert.equal(thrown(given(min - 1)).field, name);
      assert.equal(thrown(given(max + 1)).field, name);
    });
  }
});

it("undefined is as good as absent", () => {
  const config = check({ source: "s", batchSize: undefined, retry: undefined, tags: undefined } as never);
  assert.deepEqual([config.batchSize, config["retry.maxRetries"], config.minLevel, config.environment], [100, undefined, "debug",
    "production"]);
});

describe("the configuration record", () => {
  it("says the defaults", () => {
    const fake = rig().core();
    const { resource, ...config } = fake.config;
    assert.deepEqual(config, {
      batchSize: 100, batchBytes: 49_152, flushInterval: 5000, maxBufferBytes: 2_097_152, initialDelayMs: 1000, maxDelayMs: 30_000,
        maxAgeMs: 3_600_000,
      maxRetries: null, timeoutMs: 10_000, compress: "auto", rateLimit: 1000, consent: 1, redact: true, crossOrigin: false, keepalive: true, blockable: true, key: "",
      common: ',"source":"shop","environment":"test"', redactKeys: [],
    });
    const { sdk, ...rest } = JSON.parse(`{${(resource as string).slice(1)}}`) as { sdk: { name: string; version: string } };
    assert.deepEqual(rest, { resource: { source: "shop", environment: "test" }, core: "wasm" });
    assert.equal(sdk.name, "sapwood");
    assert.match(sdk.version, /^\d+\.\d+\.\d+$/);
    assert.deepEqual([fake.url, fake.module.listening], [ENDPOINT, [1]]);
    const common = { method: "POST", redirect: "error", credentials: "same-origin", referrerPolicy: "origin" };
    assert.deepEqual(fake.init, { ...common, headers: { "Content-Type": "application/json" } });
    assert.deepEqual(fake.simpleInit, { ...common, headers: { "Content-Type": "text/plain" } });
  });

  it("says what was given", () => {
    const fake = rig({
      batchSize: 7, batchBytes: 2000, flushInterval: 0, maxBufferBytes: 20_000, retry: { initialDelayMs: 1, maxDelayMs: 2,
        maxAgeMs: 3, maxRetries: 4 }, timeoutMs: 5, compress: true, rateLimit: false,
      consent: "pending", redact: { keys: ["iban"] }, apiKey: "k", version: "1.2", source: 'a "b"',
    }).core();
    const { resource, ...config } = fake.config;
    assert.deepEqual(config, {
      batchSize: 7, batchBytes: 2000, flushInterval: 0, maxBufferBytes: 20_000, initialDelayMs: 1, maxDelayMs: 2, maxAgeMs: 3,
        maxRetries: 4, timeoutMs: 5, compress: true, rateLimit: false,
      consent: 0, redact: true, crossOrigin: false, keepalive: true, blockable: true, key: "k",
      common: ',"source":"a \\"b\\"","environment":"test","version":"1.2"', redactKeys: ["iban"],
    });
    assert.ok((resource as string).includes('"resource":{"source":"a \\"b\\"","environment":"test","version":"1.2"}'));
    assert.deepEqual(fake.init.headers, { "Content-Type": "application/json", "X-API-Key": "k" });
    assert.deepEqual(fake.simpleInit.headers, { "Content-Type": "text/plain" });
    assert.equal(rig({ redact: false }).core().config["redact"], false);
  });

  it("the dataset is a field of the entries that name none", () => {
    const { log, entries } = rig({ dataset: "d" });
    log.info("a").info("b", 1, { dataset: "e" });
    assert.deepEqual(entries().map((entry) => entry.fields["dataset"]), ["d", "e"]);
  });
});

describe("what the environment left out gives a logger that sends nothing", () => {
  const cases: [name: string, field: string, options: Partial<LoggerOptions>][] = [
    ["no endpoint", "endpoint", { endpoint: undefined }],
    ["null", "endpoint", { endpoint: null }],
    ["an empty one", "endpoint", { endpoint: "" }],
    ["a relative one without a page", "endpoint", { endpoint: "/v1/logs" }],
    ["one that is none", "endpoint", { endpoint: "https://" }],
    ["another scheme", "endpoint", { endpoint: "ftp://example.com" }],
    ["credentials in it", "endpoint", { endpoint: "https://a:b@example.com" }],
    ["an empty key", "apiKey", { apiKey: "" }],
    ["an undefined key", "apiKey", { apiKey: undefined }],
  ];
  for (const [name, field, options] of cases) {
    it(name, async (t) => {
      const warn = t.mock.method(console, "warn", () => {});
      const problems: SapwoodError[] = [];
      const drops: unknown[] = [];
      const { log, module } = rig({ ...options, onError: (error) => problems.push(error), onDrop: (...drop) => drops.push(drop) });
      log.info("a").child({}).flow("f").info("b");
      const sooner = await Promise.race([log.flush(), new Promise((resolve) => setTimeout(resolve, 1000, "late"))]);
      assert.deepEqual(sooner, { delivered: 0, pending: 0, dropped: 2, lastStatus: 0 });
      assert.deepEqual(problems.map(({ code, field }) => [code, field]), [["not_configured", field]]);
      assert.equal(warn.mock.callCount(), 1);
      assert.deepEqual(drops, [["not_configured", 2]]);
      const { accepted, dropped, core } = log.stats();
      assert.deepEqual({ accepted, dropped, core }, { accepted: 2, dropped: { not_configured: 2 }, core: "none" });
      await log.close();
      assert.equal(module.starts, 0);
    });
  }
});

it("the page of options names each with its default and bounds", () => {
  const page = renderConfiguration();
  for (const [name, [, , , fallback]] of Object.entries<readonly unknown[]>(OPTIONS)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\``));
    assert.ok(row, name);
    if (typeof fallback === "number" && fallback >= 0) assert.ok(row.includes(fallback.toLocaleString("en-US")), row);
  }
});
