/**
 * `sapwood/worker`: a logger for each event of a Worker. Owns: the public names, and the entry for platforms whose core is inlined
 * (the others: entry/worker-*.ts). The work is done in `worker/`. Tested in `tests/runtimes/workers.test.ts`.
 */

import { platform } from "./entry/core.js";
import type { Logger, LoggerOptions } from "./types.js";
import { wrapper } from "./worker/with-sapwood.js";

export { type ErrorCode, SapwoodError } from "./error.js";
export type * from "./types.js";

/**
 * The options of `withSapwood`: those of `createLogger`, but for what an event has no use for (a page's errors, session and
 * store). Where nothing else is said, an event's
 * entries leave in one request, or a few where they are more than a megabyte with all that is said of each, and none is tried again
 * (`retry: { maxRetries }` allows more). What is logged while they are on their way makes one more.
 */
export interface WorkerOptions extends Omit<LoggerOptions, "captureErrors" | "consent" | "core" | "flushInterval" | "offline" | "session"> {
  /** `"console"`: no request at all, each entry is printed by the console's method for its level. Default `"fetch"`. */
  output?: "fetch" | "console";
  /** Longest time that the flush waits, after the answer and the end of its body, for what `ctx.waitUntil` was given, in ms. Default 15,000. */
  limitMs?: number;
  /**
   * While a body or what `ctx.waitUntil` was given goes on: how long an entry waits before it is sent in between, in ms; each time twice as long,
   * up to five minutes. A full batch (`batchSize`) is sent at once. At most 30 such requests an event, then entries wait for its end. Default 15,000.
   */
  flushInterval?: number;
  /**
   * Which bodies the flush waits for: `"auto"`, every stream of unknown length, HTML and text included (where a platform does not tell lengths, as Node, streams
   * of scripts, and bodies of a stream's type or of none); true, all whose length is not in their headers; false, none. Answers of `fetch` that are passed on as they are, and
   * those with `Content-Length`, are never watched. A body that is watched goes out chunk by chunk. Default `"auto"`.
   */
  streams?: "auto" | boolean;
  /** Log every `fetch` event by itself, with status and duration. Default true. */
  requests?: boolean;
}

/** Options, or what makes them of the environment, where the secrets are: called once, at the first event. */
export type OptionsOf<Env> = WorkerOptions | ((env: Env) => WorkerOptions);

/** What the platform gives beside an event. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** The same, with the event's logger. */
export type Logged<Context> = Context & { readonly log: Logger };

/** The handlers of a Worker, each optional. `ctx.log` is the event's own logger. */
export interface WorkerHandler<Env, Context extends WorkerContext> {
  fetch?(request: Request, env: Env, ctx: Logged<Context>): Response | Promise<Response>;
  scheduled?(controller: { readonly cron: string; readonly scheduledTime: number }, env: Env, ctx: Logged<Context>): unknown;
  queue?(batch: { readonly queue: string; readonly messages: readonly unknown[] }, env: Env, ctx: Logged<Context>): unknown;
  email?(message: { readonly rawSize: number }, env: Env, ctx: Logged<Context>): unknown;
  tail?(events: readonly unknown[], env: Env, ctx: Logged<Context>): unknown;
}

/** What the platform calls. */
export interface Exported<Env, Context extends WorkerContext> {
  fetch(request: Request, env: Env, ctx: Context): Promise<Response>;
  scheduled(controller: object, env: Env, ctx: Context): Promise<unknown>;
  queue(batch: object, env: Env, ctx: Context): Promise<unknown>;
  email(message: object, env: Env, ctx: Context): Promise<unknown>;
  tail(events: readonly unknown[], env: Env, ctx: Context): Promise<unknown>;
}

/** The class of a Durable Object, or one that extends `WorkerEntrypoint`. */
export type ObjectClass = new (...given: never[]) => object;

/** What is said of a class beside its logger's options. */
export interface ClassOptions<C extends ObjectClass> {
  /**
   * The methods that others call on it (RPC) and that get a logger as well, each with the number of arguments that they call it with: the logger
   * stands behind these, and what is given beyond them is left out. Such a method answers by a promise, to the class itself as well. Default none.
   */
  readonly methods?: { readonly [K in keyof InstanceType<C>]?: number };
}

/** See `withSapwood`. */
export interface WithSapwood {
  <Env, H extends WorkerHandler<Env, WorkerContext>>(options: OptionsOf<Env>, handler: H): H & Pick<Exported<Env, WorkerContext>, keyof Exported<Env, WorkerContext> & keyof H>;
  <Env, C extends ObjectClass>(options: OptionsOf<Env>, durableObject: C, more?: ClassOptions<C>): C;
}

/**
 * Wraps the handlers of a Worker, or the class of a Durable Object or `WorkerEntrypoint`. Each event gets a logger of its own (`ctx.log`; the
 * methods of a class get it as one more argument behind the platform's, those that others call by RPC where `methods` names them), which knows
 * the request and is flushed once, after the answer, its streamed body and all that `ctx.waitUntil` was given. What a handler throws is logged and thrown on.
 *
 * @throws SapwoodError when an option is wrong, where the options are no function.
 *
 * @example
 * export default withSapwood((env) => ({ source: "api", endpoint: env.LOGS_URL, apiKey: env.LOGS_KEY }), {
 *   async fetch(request, env, ctx) {
 *     ctx.log.info("Cart loaded", { items: 3 });
 *     return new Response("ok");
 *   },
 * });
 * export const Counter = withSapwood((env) => ({ source: "counter", endpoint: env.LOGS_URL }), PlainCounter, { methods: { increment: 1 } });
 */
export const withSapwood: WithSapwood = wrapper(platform);
