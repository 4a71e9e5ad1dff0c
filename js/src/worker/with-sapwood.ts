/**
 * `withSapwood`: the wrapping of handlers.
 *
 * Does not own: classes (classes.ts), the order of steps around a call (around.ts), an event's logger and flush (request.ts), what is said of it (events.ts). Invariants: the answer is the
 * handler's, its streamed body included; what is thrown is thrown on; what the platform does not give is done without.
 * Tested in `tests/runtimes/workers.test.ts` and `wrapper.test.ts`.
 */

import type { Platform } from "../module.js";
import { storageClass, useStorage } from "../shared.js";
import type { OptionsOf, WithSapwood } from "../worker.js";
import { around } from "./around.js";
import { type Class, wrapClass } from "./classes.js";
import type { Context } from "./request.js";
import { setups, type Setup } from "./setup.js";

type Handler = Record<string, (this: unknown, ...given: unknown[]) => unknown>;

const EVENTS = ["fetch", "scheduled", "queue", "email", "tail"];

/** The handlers of a Worker, those that there are. */
function wrapHandler<Env>(setupFor: (env: Env) => Setup, handler: Handler): Handler {
  const wrapped: Handler = Object.create(handler) as Handler;
  for (const kind of EVENTS) {
    if (typeof handler[kind] !== "function") continue;
    wrapped[kind] = (given, env, platform) => {
      // None where a test calls a handler with the request alone.
      const context = Object(platform) as Context;
      return around(setupFor(env as Env), kind, given, (event) => handler[kind]!(given, env, event.wrap(context)), (_, done) => context.waitUntil?.(done));
    };
  }
  return wrapped;
}

/** `withSapwood` for a platform. */
export function wrapper(platform: Platform): WithSapwood {
  useStorage(storageClass());
  const wrap = <Env>(options: OptionsOf<Env>, given: unknown, more?: { readonly methods?: object }): unknown => {
    const setupFor = setups(platform, options);
    return typeof given === "function" ? wrapClass(setupFor, given as Class, more?.methods) : wrapHandler(setupFor, given as Handler);
  };
  return wrap as WithSapwood;
}
