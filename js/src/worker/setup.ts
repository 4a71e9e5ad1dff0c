/**
 * What the events of one isolate have in common: checked options, the pool of cores.
 *
 * Owns: the wrapper's own options, and what differs in the defaults of the logger's: one batch an event, no second attempt. Invariants:
 * options that come from the environment are read at the first event, for there the secrets are; what is wrong with them then hurts
 * no event. Tested in `tests/runtimes/workers.test.ts`.
 */

import type { Platform } from "../module.js";
import type { Config } from "../options.js";
import { check, Pool, SapwoodError } from "../shared.js";
import type { LoggerOptions } from "../types.js";
import type { OptionsOf, WorkerOptions } from "../worker.js";
import { consoleHost } from "./console.js";

/** So long a flush waits for what the application does after its answer, in ms: platforms end an event after 30 s. */
const LIMIT_MS = 15_000;
const LIMIT_MAX_MS = 600_000;
/** Where a core that prints sends to. */
const NOWHERE = "https://console.invalid/";

export interface Setup {
  readonly config: Config;
  readonly pool: Pool;
  readonly limitMs: number;
  readonly timeoutMs: number;
  /** Is every request logged by itself? */
  readonly requests: boolean;
}

/** What a wrapper was given, checked. Throws as `createLogger` does. */
export function setup(platform: Platform, options: WorkerOptions): Setup {
  const { output, limitMs = LIMIT_MS, requests = true, ...rest } = options;
  if (output === "console") delete rest.apiKey;
  const prints = output === "console";
  if (!prints && output !== undefined && output !== "fetch") throw new SapwoodError("invalid_option", "output");
  const given: LoggerOptions = {
    batchSize: 1000,
    batchBytes: 1_048_576,
    ...rest,
    retry: { maxRetries: 0, ...rest.retry },
    ...(prints && { endpoint: NOWHERE }),
  };
  const config = check(given);
  return {
    config,
    pool: new Pool(() => platform._connect(prints ? consoleHost(platform._structured) : undefined), platform._edge),
    limitMs: Number.isFinite(limitMs) && limitMs >= 0 ? Math.min(limitMs, LIMIT_MAX_MS) : LIMIT_MS,
    // The request's own time, and a little for what is between.
    timeoutMs: config.timeoutMs + 100,
    requests,
  };
}

/** How the set-up for an environment is had: made at the first event, and never again. */
export function setups<Env>(platform: Platform, options: OptionsOf<Env>): (env: Env) => Setup {
  if (typeof options !== "function") {
    const common = setup(platform, options);
    return () => common;
  }
  let made: Setup | undefined;
  return (env) => {
    try {
      made ??= setup(platform, options(env));
    } catch (error) {
      console.error("sapwood: the options of withSapwood are wrong, nothing is sent:", error);
      made = setup(platform, { source: "misconfigured" });
    }
    return made;
  };
}
