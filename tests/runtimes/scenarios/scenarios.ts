/**
 * THE scenarios: what must work in every runtime, by the package's public names alone. Runs inside of the runtime under test, so it
 * imports nothing; what comes out is judged by `judge.ts`, which sees what arrived as well.
 */
import type { LoggerOptions, RootLogger } from "sapwood";

export type CreateLogger = (options: LoggerOptions) => RootLogger;
/** What each scenario saw, by its name. */
export type Outcomes = Record<string, unknown>;

type Scenario = (create: (options?: Partial<LoggerOptions>) => RootLogger) => unknown;

const hostile = (): unknown[] => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const getter = {
    get broken(): never {
      throw new Error("getter");
    },
  };
  return [cycle, proxy, getter, Symbol("s"), () => { throw new Error("data"); }, 1n, NaN, "\ud800", new Map([["k", new Set([1])]]), new Date(NaN)];
};

export const SCENARIOS: Record<string, Scenario> = {
  // First: the receiver answers the first request with 503.
  async retry(create) {
    const log = create({ retry: { initialDelayMs: 1, maxDelayMs: 1 } });
    const { delivered, lastStatus } = await log.info("again").flush();
    return { delivered, lastStatus };
  },
  async levels(create) {
    const log = create({ minLevel: "info" });
    log.trace("t").debug("d").info("i").warn("w").error("e").fatal("f");
    await log.flush();
    return [log.isEnabled("debug"), log.isEnabled("info")];
  },
  async context(create) {
    const log = create({ context: { app: { name: "shop", version: 1 } } });
    log.setUserId("u1").child({ app: { version: 2 } }).info("child");
    log.withContext({ job: 7 }, (inner) => inner.info("inside"));
    log.info("outside");
    await log.flush();
  },
  async flow(create) {
    const log = create();
    const flow = log.flow("checkout");
    flow.info("one").child({ part: "payment" }).info("two");
    flow.ok();
    await log.flush();
    return /^checkout-[a-z0-9]{8}$/.test(flow.id);
  },
  async error(create) {
    const log = create();
    log.error("Payment failed", new TypeError("declined", { cause: new Error("no funds") }));
    await log.flush();
  },
  async outcome(create) {
    const log = create();
    const { delivered, pending, dropped, lastStatus } = await log.info("a").info("b").flush();
    return { delivered, pending, dropped, lastStatus, core: log.stats().core };
  },
  async close(create) {
    const log = create({ onDrop: () => {} });
    const { delivered } = await log.info("last").close();
    log.info("too late");
    const { accepted, dropped } = log.stats();
    return { delivered, accepted, dropped };
  },
  async hostile(create) {
    const log = create();
    const values = hostile();
    for (const value of values) log.info("m", value).setContext({ value }).error(value);
    const { delivered } = await log.flush();
    return { delivered, expected: values.length * 2 };
  },
};

/** Runs all of them, one after the other; what a scenario throws is its outcome. */
export async function runScenarios(createLogger: CreateLogger, endpoint: string): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const [source, scenario] of Object.entries(SCENARIOS)) {
    const loggers: RootLogger[] = [];
    try {
      const create = (options?: Partial<LoggerOptions>): RootLogger => {
        const log = createLogger({ source, endpoint, onError: () => {}, ...options });
        loggers.push(log);
        return log;
      };
      outcomes[source] = (await scenario(create)) ?? null;
    } catch (error) {
      outcomes[source] = `threw: ${String(error)}`;
    }
    for (const log of loggers) await log.close();
  }
  return outcomes;
}
