/** Entries as a shop's page logs them: some 700 bytes of JSON each, a fifth of them steps of flows, one in thirty an error. */
import { encode } from "@msgpack/msgpack";
import { deflateSync } from "node:zlib";
import type { Random } from "../support/random.js";

/** How a batch is put on the wire: see docs of the protocol, "Request". */
export type Form = "json" | "frame" | "packed-frame";

/** A request's body and content type. */
export interface Request {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const WORDS = ["cart", "payment", "address", "voucher", "session", "search", "product", "basket", "invoice", "delivery"];
const LEVELS = ["debug", "info", "info", "info", "info", "info", "warn"];
const STACK = [
  "PaymentError: The payment was refused",
  "    at authorise (https://shop.example/assets/checkout-4f3a.js:50:9)",
  "    at async placeOrder (https://shop.example/assets/checkout-4f3a.js:20:21)",
  "    at async HTMLFormElement.order (https://shop.example/assets/main-77c1.js:88:21)",
].join("\n");

/** One entry. */
export function realisticEntry(seq: number, sender: number, random: Random): Record<string, unknown> {
  const word = random.pick(WORDS);
  const inFlow = random.below(5) === 0;
  const fails = random.below(30) === 0;
  return {
    seq,
    timestamp: Date.now(),
    level: fails ? "error" : random.pick(LEVELS),
    message: `The ${word} of order ord_${random.below(1_000_000).toString(36)} was looked at`,
    template: "The {what} of order {order} was looked at",
    parameters: { what: word, order: random.below(1_000_000) },
    data: { durationMs: random.below(900), attempt: random.below(3), items: [random.below(99), random.below(99)], note: `${word} ${random.pick(WORDS)}` },
    context: { component: word, route: `/shop/${random.pick(WORDS)}`, viewport: { width: 1280, height: 800 } },
    tags: ["shop", word],
    userId: `user_${random.below(200)}`,
    sessionId: `sess_${sender}_${Math.floor(seq / 500)}`,
    source: `shop-${sender % 3}`,
    environment: "load",
    version: "1.4.2",
    ...(inFlow ? { flowId: `flow_${sender}_${Math.floor(seq / 50)}`, stepIndex: Math.floor((seq % 50) / 5), flow: { name: "checkout" } } : {}),
    ...(fails ? { errorName: "PaymentError", errorStack: STACK } : {}),
  };
}

/** The request for a batch. */
export function requestOf(form: Form, header: Record<string, unknown>, logs: readonly Record<string, unknown>[]): Request {
  if (form === "json") return { body: new Uint8Array(Buffer.from(JSON.stringify({ batch: header, logs }))), type: "application/json" };
  // Frames leave out what the header says of all entries.
  const bare = logs.map(({ source: _, environment: __, version: ___, ...rest }) => rest);
  const value = { batch: header, logs: bare };
  const packed = form === "packed-frame";
  const payload = packed ? deflateSync(encode(value)) : Buffer.from(JSON.stringify(value));
  const body = new Uint8Array(5 + payload.length);
  body.set([0x53, 0x41, 0x50, 0x31, packed ? 0b0101 : 0]);
  body.set(payload, 5);
  return { body, type: "application/vnd.sapwood.batch" };
}
