/**
 * `withSapwood`: the wrapping of handlers and of classes.
 *
 * Owns: which function gets its logger where, the order of steps around a call. Does not own: an event's logger and flush (request.ts),
 * what is said of it (events.ts). Invariants: the answer is the handler's, its streamed body included; what is thrown is thrown on.
 * Tested in `tests/runtimes/workers.test.ts`.
 */

import type { Logger } from "../logger.js";
import type { Platform } from "../module.js";
import { storageClass, useStorage } from "../shared.js";
import type { OptionsOf, WithSapwood } from "../worker.js";
import { contextOf, describeRequest, logRequest } from "./events.js";
import { type Context, Event } from "./request.js";
import { setups, type Setup } from "./setup.js";
import { observed } from "./stream.js";

type Method = (this: unknown, ...given: unknown[]) => unknown;
type Instance = Record<string, Method>;

const EVENTS = ["fetch", "scheduled", "queue", "email", "tail"];
/** What the platform calls on an object, and with how many arguments. */
const METHODS = { fetch: 1, alarm: 1, webSocketMessage: 2, webSocketClose: 4, webSocketError: 2 };

/** Where the platform gives none (a test that calls a handler with the request alone). */
const NO_CONTEXT: Context = { waitUntil() {} };

/** What we log by ourselves throws into no event, `strict` or not. */
function quietly<T>(log: () => T): T | undefined {
  try {
    return log();
  } catch {
    return undefined;
  }
}

/** Calls `handle` with a logger, logs what it throws, and sees to the flush. */
async function around(setup: Setup, context: Context, kind: string, given: unknown, handle: (event: Event) => unknown): Promise<unknown> {
  const event = new Event(setup);
  const { log } = event;
  const isRequest = kind === "fetch";
  const what = quietly(() => (isRequest ? describeRequest(log, given as Request) : void log.setContext(contextOf(kind, given)))) ?? "";
  const began = Date.now();
  let body: Promise<unknown> | undefined;
  try {
    const result = await handle(event);
    if (!(result instanceof Response)) return result;
    if (setup.requests) quietly(() => logRequest(log, what, result.status, Date.now() - began));
    const [response, ended] = observed(result, setup.streams);
    body = ended;
    return response;
  } catch (error) {
    quietly(() => isRequest && log.setContext({ http: { status: 500, durationMs: Date.now() - began } }));
    quietly(() => log.error(error));
    throw error;
  } finally {
    context.waitUntil(event.finish(body));
  }
}

/** The handlers of a Worker, those that there are. */
function wrapHandler<Env>(setupFor: (env: Env) => Setup, handler: Instance): Instance {
  const wrapped: Instance = Object.create(handler) as Instance;
  for (const kind of EVENTS) {
    if (typeof handler[kind] !== "function") continue;
    wrapped[kind] = (given, env, platform) => {
      const context = (platform ?? NO_CONTEXT) as Context;
      return around(setupFor(env as Env), context, kind, given, (event) => handler[kind]!(given, env, event.wrap(context)));
    };
  }
  return wrapped;
}

type Class = new (...given: unknown[]) => object;

/** A class whose methods get a logger behind the arguments of the platform. */
function wrapClass<Env>(setupFor: (env: Env) => Setup, Base: Class): Class {
  const Wrapped = class extends Base {
    readonly [CONTEXT]: Context;
    readonly [ENV]: Env;

    constructor(...given: unknown[]) {
      super(...given);
      this[CONTEXT] = given[0] as Context;
      this[ENV] = given[1] as Env;
    }
  };
  const own = Wrapped.prototype as unknown as Instance;
  for (const [kind, count] of Object.entries(METHODS)) {
    const method = own[kind];
    if (typeof method !== "function") continue;
    own[kind] = function (...given) {
      const { [CONTEXT]: context, [ENV]: env } = this as InstanceType<typeof Wrapped>;
      const platform = Array.from({ length: count }, (_, i) => given[i]);
      const handle = (event: Event): unknown => {
        // What the method itself gives to `ctx.waitUntil` is not known to us; the platform keeps an object as long as it works.
        const log: Logger = event.log;
        return method.call(this, ...platform, log);
      };
      return around(setupFor(env), context ?? NO_CONTEXT, kind, given[0], handle);
    };
  }
  return Wrapped;
}

const CONTEXT = Symbol("context");
const ENV = Symbol("env");

/** `withSapwood` for a platform. */
export function wrapper(platform: Platform): WithSapwood {
  useStorage(storageClass());
  const wrap = <Env>(options: OptionsOf<Env>, given: unknown): unknown => {
    const setupFor = setups(platform, options);
    return typeof given === "function" ? wrapClass(setupFor, given as Class) : wrapHandler(setupFor, given as Instance);
  };
  return wrap as WithSapwood;
}
