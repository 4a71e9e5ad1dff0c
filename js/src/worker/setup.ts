/**
 * What the events of one isolate have in common: checked options, the pool of cores.
 *
 * Owns: the wrapper's own options, and what differs in the defaults of the logger's: one batch an event, no second attempt. Invariants:
 * options that come from the environment are read at the first event, for there the secrets are; what is wrong with them then hurts
 * no event, and is told once; all set-ups of an isolate share one instance of the core, those that print another one.
 * Tested in `tests/runtimes/workers.test.ts`, `wrapper.test.ts` and `objects.test.ts`.
 */

import type { Platform } from "../module.js";
import type { Config } from "../options.js";
import { assemble, check, EdgeEngine, leases, Pool, SapwoodError } from "../shared.js";
import type { LoggerOptions } from "../types.js";
import type { OptionsOf, WorkerOptions } from "../worker.js";
import { consoleHost } from "./console.js";
import type { Shared } from "../lease.js";
import type { Streams } from "./stream.js";

/** So long a flush waits for what the application does after its answer, in ms: platforms end an event after 30 s. */
const LIMIT_MS = 15_000;
const LIMIT_MAX_MS = 600_000;
/** So long an entry waits while a body or other work goes on, in ms; `flushInterval` where it is given. */
const PAUSE_MS = 15_000;
/** The core waits for no more: all is handed over before a flush. */
const CORE_MS = 5000;
/** Where a core that prints sends to. */
const NOWHERE = "https://console.invalid/";

export interface Setup {
  readonly config: Config;
  readonly pool: Pool;
  readonly shared: Shared;
  readonly limitMs: number;
  readonly pauseMs: number;
  readonly timeoutMs: number;
  /** Is every request logged by itself? */
  readonly requests: boolean;
  readonly streams: Streams;
  /** Why every entry is dropped: there is nowhere to send to. */
  readonly dead: number | undefined;
}

/** What the console is told in the place of callbacks that were not given: once for all events, not for each. */
function tellOnce({ onError, onDrop }: Pick<Config, "onError" | "onDrop">): Required<Pick<LoggerOptions, "onError" | "onDrop">> {
  const told = new Set<string>();
  const warn = (kind: string, text: string): void => {
    if (!told.has(kind)) console.warn(text);
    told.add(kind);
  };
  return {
    onError: onError ?? (({ code, message }) => warn(code, message)),
    onDrop: onDrop ?? ((reason) => warn(reason, `sapwood: entries dropped (${reason})`)),
  };
}

/** What a wrapper was given, checked. Throws as `createLogger` does. */
export function setup(platform: Platform, options: WorkerOptions): Setup {
  const { output, limitMs = LIMIT_MS, requests = true, streams = "auto", ...rest } = options;
  if (output === "console") delete rest.apiKey;
  const prints = output === "console";
  if (!prints && output !== undefined && output !== "fetch") throw new SapwoodError("invalid_option", "output");
  const given: LoggerOptions = {
    batchSize: 1000,
    batchBytes: 1_048_576,
    ...rest,
    retry: { maxRetries: 0, ...rest.retry },
    // The console is given text.
    ...(prints && { endpoint: NOWHERE, compress: false }),
  };
  // There is no page, whatever else was said: every event would listen anew, and all would be of one session.
  const config: Config = { ...check(given), captureErrors: false, session: false, offline: "memory", flushInterval: CORE_MS };
  const pool = prints
    ? (platform._printing ??= new Pool(() => platform._connect(consoleHost(platform._structured)), platform._edge))
    : (platform._pool ??= new Pool(() => platform._connect(), platform._edge));
  // Says that there is nowhere to send to, and what `strict` finds in the options: once and here.
  const engine = new EdgeEngine(config, leases(pool, () => 0));
  assemble(engine);
  const dead = engine._dead;
  return {
    config: { ...config, ...tellOnce(config), ...(dead !== undefined && { endpoint: NOWHERE, apiKey: undefined }) },
    pool,
    shared: {},
    dead,
    streams,
    limitMs: Number.isFinite(limitMs) && limitMs >= 0 ? Math.min(limitMs, LIMIT_MAX_MS) : LIMIT_MS,
    pauseMs: rest.flushInterval ?? PAUSE_MS,
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
