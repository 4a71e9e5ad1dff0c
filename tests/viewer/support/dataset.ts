/**
 * A fixed day in a small shop, for pictures and for tests that need a bit of everything: a browser and a server that continue
 * each other's flow, an admin page that lost entries, a widget of which two never came.
 * Everything is given, the times too, so that two runs store the same.
 */

type Fields = Record<string, unknown>;

/** The time of the first entry; a Thursday noon, UTC. */
export const NOON = Date.UTC(2026, 10, 26, 12, 0, 0);
/** When one looks at it. */
export const LOOKED_AT = NOON + 95_000;

export const CHECKOUT = "checkout-k3v9x2ma";
export const DECLINED = "checkout-p8q1zz0d";
const SIGN_UP = "sign-up-0c7de41x";

/** What is logged before, after and between the flows, so that a list looks like one. */
const ROUTINE: readonly (readonly [level: string, message: string, data: Fields, tags: readonly string[]])[] = [
  ["debug", "Route changed to /shop", { path: "/shop", ms: 4 }, ["router"]],
  ["info", "Product viewed", { sku: "oak-board", price: 49.5 }, ["catalogue"]],
  ["debug", "Image decoded", { file: "oak-board@2x.avif", bytes: 48_213 }, []],
  ["info", "Search “spoon” gave 14 results", { query: "spoon", results: 14 }, ["search"]],
  ["trace", "Render of ProductList took 3.1 ms", { component: "ProductList", ms: 3.1 }, ["render"]],
  ["warn", "Slow request: GET /api/stock took 1,840 ms", { url: "/api/stock", ms: 1840, status: 200 }, ["network", "slow"]],
  ["info", "Added to cart: Ash spoon × 2", { sku: "ash-spoon", quantity: 2 }, ["cart"]],
  ["debug", "Cache miss for cart:u_ada", { key: "cart:u_ada" }, ["cache"]],
];

const STACK = `PaymentError: The payment was refused
    at authorise (http://127.0.0.1:5173/src/checkout/payment.ts:88:11)
    at async placeOrder (http://127.0.0.1:5173/src/checkout/order.ts:41:19)
    at async HTMLButtonElement.<anonymous> (http://127.0.0.1:5173/src/checkout/form.ts:17:5)
    at async runWithTracing (http://127.0.0.1:5173/node_modules/.vite/deps/tracing.js:1204:12)
    at new Promise (<anonymous>)`;

interface Sent {
  readonly batch: Fields;
  readonly logs: readonly Fields[];
}

/** How long a client collects before it sends. */
const WINDOW_MS = 400;

/** The batches, as the clients send them: each as soon as its time is over. */
export function dataset(): Sent[] {
  const batches = [shop(), api(), admin(), widget()].flatMap(cut);
  return batches.sort((a, b) => Number(a.batch["sentAt"]) - Number(b.batch["sentAt"]));
}

/** One client's entries as the batches of their times. What a header says of the end, only the last one says. */
function cut({ batch, logs }: Sent): Sent[] {
  const windows = new Map<number, Fields[]>();
  // A client numbers its entries as they come.
  const ordered = [...logs].sort((a, b) => Number(a["timestamp"]) - Number(b["timestamp"]));
  const numbers = logs.map(({ seq }) => Number(seq)).sort((a, b) => a - b);
  ordered.forEach((log, index) => {
    const window = Math.floor(Number(log["timestamp"]) / WINDOW_MS);
    windows.set(window, [...(windows.get(window) ?? []), { ...log, seq: numbers[index] }]);
  });
  const { accepted, dropped, final, ...header } = batch;
  return [...windows].map(([window, group], index) => {
    const [firstSeq, lastSeq] = [Number(group[0]?.["seq"]), Number(group.at(-1)?.["seq"])];
    const end = index === windows.size - 1 ? { accepted, ...(dropped ? { dropped } : {}), ...(final ? { final } : {}) } : { accepted: lastSeq };
    return { batch: { ...header, id: `${String(batch["id"])}-${index}`, firstSeq, lastSeq, sentAt: (window + 1) * WINDOW_MS, ...end }, logs: group };
  });
}

function shop(): Sent {
  let seq = 0;
  const entry = (at: number, level: string, message: string, more: Fields = {}): Fields => ({
    seq: (seq += 1), timestamp: NOON + at, level, message, source: "web-shop", environment: "development", version: "2.4.1",
    userId: "user_ada", sessionId: "sess_7f3a", ...more,
  });
  const logs: Fields[] = [];
  for (let index = 0; index < 40; index += 1) {
    const [level, message, data, tags] = ROUTINE[index % ROUTINE.length] as (typeof ROUTINE)[number];
    logs.push(entry(index * 731, level, message, { data, tags }));
  }
  logs.push(...checkout(entry), ...declined(entry));
  logs.push(
    entry(86_000, "error", "Uncaught TypeError: cart.total is not a function", {
      errorName: "TypeError", tags: ["uncaught"], data: { message: "cart.total is not a function" },
      errorStack: "TypeError: cart.total is not a function\n    at updateBadge (http://127.0.0.1:5173/src/header/badge.ts:12:27)\n    at http://127.0.0.1:5173/src/header/badge.ts:30:3",
    }),
    entry(88_400, "info", "Cache miss for user_ada", {
      template: "Cache miss for {user_id}", parameters: { user_id: "user_ada" }, context: { request: { id: "req_91", route: "/cart" }, build: "2.4.1+7d1" }, tags: ["cache"],
    }),
    entry(91_000, "info", "Order confirmation shown", { data: { orderId: "ord_8812" }, tags: ["orders"] }),
  );
  const header = { id: "b-shop", instance: "5b0c2f6e9a1d4c77", firstSeq: 1, lastSeq: seq, sentAt: NOON + 91_200, attempt: 1, accepted: seq, core: "wasm" };
  return { batch: { ...header, sdk: { name: "sapwood", version: "0.1.0" }, resource: { source: "web-shop", environment: "development", url: "http://127.0.0.1:5173/" } }, logs };
}

type Maker = (at: number, level: string, message: string, more?: Fields) => Fields;

/** Goes well; the server's part of it is in `api`. */
function checkout(entry: Maker): Fields[] {
  const step = (index: number, at: number, level: string, message: string, data: Fields, flow: Fields = {}): Fields =>
    entry(30_000 + at, level, message, { flowId: CHECKOUT, stepIndex: index, flow: { name: "checkout", ...flow }, data, tags: ["checkout"] });
  return [
    step(0, 0, "info", "Cart validated", { items: 3, total: 148.5 }),
    step(1, 420, "info", "Address accepted", { country: "DE", zip: "10115" }),
    step(2, 640, "info", "Payment requested", { method: "card", amount: 148.5, cardNumber: "[redacted]" }),
    step(3, 3_120, "warn", "Payment provider answered late", { ms: 2_480, provider: "acme-pay" }),
    step(4, 3_300, "info", "Payment authorised", { authorisation: "auth_55c1" }),
    step(5, 3_900, "info", "Order placed", { orderId: "ord_8812", items: [{ sku: "oak-board", quantity: 2 }, { sku: "ash-spoon", quantity: 1 }], gift: false, note: null }),
    step(6, 4_060, "info", "checkout ok", {}, { outcome: "ok", durationMs: 4_060 }),
  ];
}

/** Fails at the payment. */
function declined(entry: Maker): Fields[] {
  const step = (index: number, at: number, level: string, message: string, more: Fields = {}, flow: Fields = {}): Fields =>
    entry(60_000 + at, level, message, { flowId: DECLINED, stepIndex: index, flow: { name: "checkout", ...flow }, tags: ["checkout"], ...more });
  const data = {
    message: "The payment was refused", code: "E_PAY", attempt: 2, order: { id: "ord_8813", total: 312, items: 5 },
    cause: { name: "ProviderError", message: "card_declined", stack: "ProviderError: card_declined\n    at parseAnswer (http://127.0.0.1:5173/src/checkout/provider.ts:52:13)", cause: { name: "HttpError", message: "402 Payment Required", status: 402 } },
  };
  return [
    step(0, 0, "info", "Cart validated", { data: { items: 5 } }),
    step(1, 510, "info", "Address accepted"),
    step(2, 700, "info", "Payment requested", { data: { method: "card", cardNumber: "[redacted]" } }),
    step(3, 2_050, "error", "Payment failed", { data, errorName: "PaymentError", errorStack: STACK, tags: ["checkout", "payments"] }, { outcome: "failed", durationMs: 2_050 }),
  ];
}

/** The server continues the checkout as a branch, and has a flow of its own that was left. */
function api(): Sent {
  let seq = 0;
  const entry = (at: number, level: string, message: string, more: Fields): Fields => ({
    seq: (seq += 1), timestamp: NOON + at, level, message, source: "checkout-api", environment: "development", sessionId: "sess_7f3a", ...more,
  });
  const branch = (index: number, at: number, level: string, message: string, data: Fields): Fields =>
    entry(30_000 + at, level, message, { flowId: CHECKOUT, stepIndex: index, flow: { name: "checkout", branch: "b7f0c2", parentStep: 2 }, data });
  const logs = [
    branch(0, 710, "info", "Payment request received", { route: "POST /pay" }),
    branch(1, 760, "debug", "Risk checked", { score: 0.12 }),
    branch(2, 2_960, "warn", "Provider took 2,200 ms", { provider: "acme-pay" }),
    branch(3, 3_010, "info", "Payment captured", { authorisation: "auth_55c1" }),
    entry(70_000, "info", "Form opened", { flowId: SIGN_UP, stepIndex: 0, flow: { name: "sign-up" }, sessionId: "sess_19ee", userId: "user_lin" }),
    entry(74_500, "info", "E-mail entered", { flowId: SIGN_UP, stepIndex: 1, flow: { name: "sign-up" }, sessionId: "sess_19ee", userId: "user_lin" }),
    entry(79_000, "info", "Form left", { flowId: SIGN_UP, stepIndex: 2, flow: { name: "sign-up", outcome: "abandoned", durationMs: 9_000 }, sessionId: "sess_19ee", userId: "user_lin" }),
    entry(92_000, "info", "Import of the price list", { flowId: "import-77aa01bb", stepIndex: 0, flow: { name: "import" }, data: { rows: 1_204 } }),
  ];
  const header = { id: "b-api", instance: "e1d90a7733b2406f", firstSeq: 1, lastSeq: seq, sentAt: NOON + 92_100, attempt: 1, accepted: seq, core: "wasm", final: "close" };
  return { batch: { ...header, sdk: { name: "sapwood", version: "0.1.0" }, resource: { source: "checkout-api", environment: "development" } }, logs };
}

/** Dropped three entries when its buffer was full, and says that two more wait. */
function admin(): Sent {
  const logs = [1, 2, 3, 4, 8, 9].map((seq) => ({
    seq, timestamp: NOON + 80_000 + seq * 90, level: seq === 9 ? "fatal" : "info", message: seq === 9 ? "Stock table could not be loaded" : `Row ${seq} rendered`,
    source: "admin", environment: "staging", userId: "user_lin",
  }));
  const header = { id: "b-admin", instance: "0f4477c2d8e94b10", firstSeq: 1, lastSeq: 9, sentAt: NOON + 81_000, attempt: 2, accepted: 11, core: "wasm" };
  return { batch: { ...header, dropped: { buffer_full: 3 }, resource: { source: "admin", environment: "staging" } }, logs };
}

/** Two of its entries never came, and nothing explains it. */
function widget(): Sent {
  const logs = [1, 2, 3, 6, 7].map((seq) => ({
    seq, timestamp: NOON + 82_000 + seq * 40, level: "debug", message: `Widget heartbeat ${seq}`, source: "chat-widget", environment: "development",
  }));
  const header = { id: "b-widget", instance: "77b1c0ffee125a9e", firstSeq: 1, lastSeq: 7, sentAt: NOON + 82_500, attempt: 1, accepted: 7, core: "js", final: "hide" };
  return { batch: { ...header, dropped: { sampled: 0 }, resource: { source: "chat-widget", environment: "development" } }, logs };
}
