/**
 * Writes the corpus beside it: batches as the core frames them, of four applications that do not exist.
 *
 * `node tests/corpus/generate.mjs`. The same seed, the same bytes: what is committed is what this writes. Random parts (ids,
 * amounts, times) are as random as real ones, because they are what a compressor cannot win on.
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Mulberry32: 32 bits of state, well spread. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
let random;
let clock;
let seq;
const upTo = (count) => Math.floor(random() * count);
const pick = (list) => list[upTo(list.length)];
const id = (length, letters = LETTERS) => Array.from({ length }, () => pick(letters)).join("");
const hex = (length) => id(length, "0123456789abcdef");
const uuid = () => [8, 4, 4, 4, 12].map(hex).join("-");
const price = () => Math.round(random() ** 2 * 30_000) / 100;
const ms = (scale) => Math.round(random() ** 3 * scale * 10) / 10;

const LEVELS = [
  ["debug", 30],
  ["info", 50],
  ["warn", 12],
  ["error", 8],
].flatMap(([level, weight]) => Array(weight).fill(level));

function entry(level, fields) {
  clock += 3 + upTo(4000);
  return { seq: (seq += 1), timestamp: clock, level, ...fields };
}

const PRODUCTS = ["oak-table-180", "linen-sofa-grey", "lamp-brass-41", "chair-walnut", "rug-wool-200x300", "shelf-birch-5", "vase-cobalt", "duvet-down-240"];
const PATHS = ["/", "/cart", "/checkout/address", "/checkout/payment", "/product/oak-table-180", "/search", "/account/orders", "/category/lighting"];

function shop() {
  const userId = `user_${upTo(90_000)}`;
  const sessionId = `sess_${id(16)}`;
  const session = { userId, sessionId };
  const context = { cart: { id: `cart_${id(12)}`, currency: "EUR" }, experiment: { checkout: "b", search: "control" } };
  const kinds = [
    () => entry("info", { message: `Page viewed: ${pick(PATHS)}`, data: { path: pick(PATHS), referrer: pick(PATHS), loadMs: upTo(2400) }, ...session }),
    () => entry("debug", { message: "Cart recalculated", data: { items: 1 + upTo(6), subtotal: price(), shipping: 4.9, discount: 0 }, ...session, context }),
    () => entry("info", { message: "Item added to cart", data: { sku: pick(PRODUCTS), quantity: 1 + upTo(3), price: price() }, tags: ["cart"], ...session, context }),
    () => {
      const query = pick(["oak table", "lamp", "grey sofa bed", "wool rug 200x300", "kitchen shelf"]);
      return entry("info", {
        message: `Search for "${query}" took ${upTo(400)} ms`,
        template: "Search for {query} took {ms} ms",
        parameters: { query, ms: upTo(400) },
        data: { query, results: upTo(300), page: 1 + upTo(3) },
        ...session,
      });
    },
    () => entry("warn", { message: "Slow response from inventory", data: { url: `https://shop.example/api/inventory/${pick(PRODUCTS)}`, durationMs: 800 + upTo(4000), attempt: 1 + upTo(2) }, tags: ["performance", "inventory"], ...session }),
    () => entry("info", { message: "Order placed", data: { orderId: `ord_${id(10)}`, total: price(), items: 1 + upTo(8), payment: pick(["card", "invoice", "wallet"]), country: pick(["DE", "AT", "FR", "PL"]) }, tags: ["orders", "revenue"], ...session, context }),
    () => entry("error", { message: "Payment declined", data: { code: pick(["insufficient_funds", "expired_card", "3ds_failed"]), provider: "stripe", requestId: `req_${id(14)}`, amount: price() }, tags: ["payments"], ...session, context }),
    () => entry("debug", { message: "Überprüfung der Lieferadresse", data: { straße: `Lindenallee ${1 + upTo(180)}`, ort: pick(["Köln", "München", "Wien", "Łódź"]), plz: String(10_000 + upTo(89_999)), ok: random() > 0.1 }, ...session }),
  ];
  return () => pick(kinds)();
}

const FUNCTIONS = ["renderCart", "commitWork", "performUnitOfWork", "dispatchAction", "useReducer", "onSubmit", "validateCard", "fetchJson", "retryWithBackoff", "Object.assign", "Array.map", "flushSync", "hydrateRoot", "handleEvent"];
const FILES = ["https://shop.example/assets/app-4f9c21b7.js", "https://shop.example/assets/vendor-b81d03aa.js", "https://shop.example/assets/checkout-77e0d1c9.js"];

function stack(name, message, deep) {
  const frame = () => `    at ${pick(["", "async ", "new "])}${pick(FUNCTIONS)} (${pick(FILES)}:${1 + upTo(4)}:${upTo(180_000)})`;
  return [`${name}: ${message}`, ...Array.from({ length: deep }, frame)].join("\n");
}

const FAULTS = [
  ["TypeError", "Cannot read properties of undefined (reading 'price')"],
  ["TypeError", "Failed to fetch"],
  ["ReferenceError", "structuredClone is not defined"],
  ["SyntaxError", "Unexpected token '<', \"<!doctype \"... is not valid JSON"],
  ["ChunkLoadError", "Loading chunk 417 failed. (missing: https://shop.example/assets/417-09be.js)"],
  ["AbortError", "The user aborted a request."],
  ["RangeError", "Maximum call stack size exceeded"],
];

function errors() {
  const session = { sessionId: `sess_${id(16)}` };
  return () => {
    const [errorName, message] = pick(FAULTS);
    if (random() < 0.35) return entry(pick(LEVELS), { message: pick(["Route changed", "Retrying request", "Component mounted", "Cache miss"]), data: { to: pick(PATHS), attempt: upTo(4), key: hex(12) }, ...session });
    return entry(random() < 0.9 ? "error" : "fatal", {
      message: pick(["Unhandled rejection", "Rendering failed", "Request failed", message]),
      data: { message, component: pick(["CartSummary", "PaymentForm", "ProductGrid", "App"]), ...(random() < 0.4 && { cause: { name: "Error", message: `HTTP ${pick([500, 502, 503, 404])}`, url: `https://api.shop.example/v2/${pick(["cart", "orders", "stock"])}/${id(8)}` } }) },
      ...session,
      errorName,
      errorStack: stack(errorName, message, 4 + upTo(12)),
    });
  };
}

const STEPS = ["Cart validated", "Address checked", "Stock reserved", "Payment authorised", "Order written", "Mail queued", "Label printed", "Webhook answered"];

function flows() {
  let flow;
  return () => {
    if (!flow || flow.step >= flow.length) flow = { name: pick(["checkout", "refund", "import-catalogue", "sign-up"]), id: id(8), step: 0, length: 3 + upTo(9), order: `ord_${id(10)}`, start: clock, user: `user_${upTo(90_000)}` };
    const stepIndex = flow.step++;
    const ends = flow.step === flow.length;
    const outcome = pick(["ok", "ok", "ok", "failed"]);
    return entry(ends && outcome === "failed" ? "error" : pick(["info", "info", "debug"]), {
      message: ends ? `${flow.name} ended: ${outcome}` : STEPS[stepIndex % STEPS.length],
      data: { orderId: flow.order, durationMs: ms(900), ...(random() < 0.5 && { warehouse: pick(["HAM-1", "LEJ-2", "WAW-1"]), reserved: upTo(20) }) },
      tags: [flow.name],
      userId: flow.user,
      requestId: uuid(),
      flowId: `${flow.name}-${flow.id}`,
      stepIndex,
      flow: { name: flow.name, branch: flow.id.slice(0, 4), ...(ends && { outcome, durationMs: clock - flow.start }) },
      context: { job: { id: upTo(100_000), queue: pick(["default", "mail", "print"]) }, region: "eu-central-1" },
      traceId: hex(32),
      spanId: hex(16),
    });
  };
}

const HOSTS = ["api.weather.example", "tiles.maps.example", "auth.example", "cdn.example"];

/** Numbers, addresses and samples: the least compressible of the four. */
function telemetry() {
  const kinds = [
    () => entry("debug", { message: `GET https://${pick(HOSTS)}/v${1 + upTo(3)}/${id(6)}/${upTo(5000)} ${pick([200, 200, 200, 304, 404, 503])}`, data: { dns: ms(40), connect: ms(120), ttfb: ms(900), transfer: ms(600), bytes: upTo(400_000), protocol: pick(["h2", "h3"]) }, requestId: uuid() }),
    () => entry("info", { message: "Web vitals", data: { lcp: ms(5000), inp: ms(400), cls: Math.round(random() * 3000) / 10_000, ttfb: ms(1200), rating: pick(["good", "needs-improvement", "poor"]) } }),
    () => entry("debug", { message: "Socket message", data: { topic: `device/${hex(8)}/state`, seq: upTo(100_000), payload: { temperature: 15 + ms(20), humidity: upTo(100), battery: Math.round(random() * 1000) / 1000, rssi: -30 - upTo(60) } } }),
    () => entry("debug", { message: "Sampled positions", data: { track: uuid(), points: Array.from({ length: 4 + upTo(8) }, () => [Math.round((52 + random()) * 1e5) / 1e5, Math.round((13 + random()) * 1e5) / 1e5]) } }),
    () => entry("warn", { message: pick(["Long task", "Memory pressure", "Dropped frames"]), data: { durationMs: 50 + upTo(900), heapUsed: upTo(90_000_000), attribution: pick(["script", "layout", "unknown"]), at: new Date(clock).toISOString() } }),
    () => entry("info", { message: pick(["Tab visible", "Tab hidden", "Network changed", "Service worker updated"]), data: { effectiveType: pick(["4g", "3g"]), downlink: ms(10), rtt: 50 * upTo(12) }, tags: ["lifecycle"] }),
  ];
  return () => pick(kinds)();
}

const BYTES = 46_000;

function batch(seed, application) {
  random = generator(seed);
  clock = 1_763_640_000_000 + upTo(1e9);
  seq = upTo(2000);
  const next = application();
  const logs = [];
  for (let bytes = 0; bytes < BYTES; ) {
    logs.push(next());
    bytes += Buffer.byteLength(JSON.stringify(logs.at(-1))) + 1;
  }
  const instance = hex(16);
  const header = {
    id: instance + "0000000000000007",
    instance,
    firstSeq: logs[0].seq,
    lastSeq: seq,
    sentAt: clock + 812,
    attempt: 1,
    accepted: seq,
    sdk: { name: "sapwood", version: "0.1.0" },
    resource: { source: "web-shop", environment: "production", version: "4.2.0", url: "https://shop.example/cart", userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", locale: "de-DE", host: "shop.example" },
    core: "wasm",
    dropped: {},
  };
  return JSON.stringify({ batch: header, logs });
}

const folder = dirname(fileURLToPath(import.meta.url));
const applications = { shop, errors, flows, telemetry };
for (const [at, [name, application]] of Object.entries(applications).entries()) {
  writeFileSync(join(folder, `${name}.json`), batch(4711 + at, application));
}
