/** What a user writes, touching the whole public surface. Compiled by types.test.ts, never run. */

import {
  createLogger,
  SapwoodError,
  type Consent,
  type DropReason,
  type Entry,
  type ErrorCode,
  type Flow,
  type FlowOptions,
  type FlushOptions,
  type FlushResult,
  type Level,
  type Logger,
  type LoggerOptions,
  type LogOptions,
  type RetryOptions,
  type RootLogger,
  type Stats,
  type User,
} from "sapwood";

const retry: RetryOptions = { initialDelayMs: 500, maxRetries: 5 };
const user: User = { id: "user_123", name: "Ada", email: "ada@example.com" };
const options: LoggerOptions = {
  source: "web-shop",
  environment: "production",
  endpoint: "/v1/logs",
  minLevel: "info",
  tags: ["shop"],
  context: { region: "eu" },
  redact: { keys: ["iban"] },
  consent: "pending",
  captureErrors: true,
  retry,
  onError: (error) => void (error.code satisfies ErrorCode),
  onDrop: (reason, count) => void [reason satisfies DropReason, count.toFixed()],
};
const log: RootLogger = createLogger(options);

const atCall: LogOptions = { tags: ["orders"], requestId: "req_1", timestamp: new Date() };
log.info("Order placed", { orderId: "ord_xyz", total: 99.99 }, atCall).debug("state", () => ({ big: 1n }));
log.error(new Error("Payment failed")).error("Payment failed", new Error("declined"), { data: { attempt: 2 } });
const entry: Entry = { level: "warn", message: "Low stock", data: [1, 2, 3] };
log.log(entry);
const level: Level = log.isEnabled("trace") ? "trace" : "fatal";
log[level]("at a level chosen at run time");

// @ts-expect-error there is no such level
log.log({ level: "loud", message: "x" });
// @ts-expect-error the source is required
createLogger({});
// @ts-expect-error no such option
createLogger({ source: "shop", colour: "blue" });

const child: Logger = log.child({ job: { id: 1 } });
child.setUserId("user_123").setSessionId(null).setUser(user).setTags(["a"]).setContext({ page: "cart" });

const flowOptions: FlowOptions = { context: { cart: 3 } };
const flow: Flow = log.flow("checkout", flowOptions);
flow.info("Cart validated", { items: 3 }).child().warn("slow");
const place: [string, string, number, string] = [flow.id, flow.name, flow.stepIndex, flow.toString()];
flow.ok({ place });
flow.fail(new Error("declined"));
flow.abandon("left");

export async function leave(consent: Consent): Promise<FlushResult> {
  const limit: FlushOptions = { timeoutMs: 500 };
  const { delivered, pending, dropped, lastStatus } = await log.setConsent(consent).flush(limit);
  const stats: Stats = log.stats();
  const lost: number | undefined = stats.dropped.buffer_full;
  if (delivered + pending + dropped + (lost ?? 0) > lastStatus) await log.close();
  return log.disconnect();
}

export function rethrow(thrown: unknown): string | undefined {
  if (thrown instanceof SapwoodError) return `${thrown.code} ${thrown.field}`;
  throw thrown;
}
