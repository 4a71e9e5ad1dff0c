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
 * The options of `withSapwood`: those of `createLogger`, but for what an event has no use for. Where nothing else is said, an event's
 * entries leave in one request, or a few where they are more than a megabyte with all that is said of each, and none is tried again
 * (`retry: { maxRetries }` allows more). What is logged while they are on their way makes one more.
 */
export interface WorkerOptions extends Omit<LoggerOptions, "captureErrors" | "consent" | "flushInterval"> {
  /** `"console"`: no request at all, each entry is printed by the console's method for its level. Default `"fetch"`. */
  output?: "fetch" | "console";
  /** Longest time that the flush waits, after the answer and the end of its body, for what `ctx.waitUntil` was given, in ms. Default 15,000. */
  limitMs?: number;
  /**
   * Which bodies the flush waits for: `"auto"`, those of a stream's type (`text/event-stream`, JSON lines) or of none; true, all whose length is not
   * in their headers; false, none. A body that is watched goes out chunk by chunk, without the length that the platform would name. Default `"auto"`.
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

/** The class of a Durable Object. */
export type ObjectClass = new (...given: never[]) => object;

/** See `withSapwood`. */
export interface WithSapwood {
  <Env, H extends WorkerHandler<Env, WorkerContext>>(options: OptionsOf<Env>, handler: H): H & Pick<Exported<Env, WorkerContext>, keyof Exported<Env, WorkerContext> & keyof H>;
  <Env, C extends ObjectClass>(options: OptionsOf<Env>, durableObject: C): C;
}

/**
 * Wraps the handlers of a Worker, or the class of a Durable Object. Each event gets a logger of its own (`ctx.log`; the methods of a class
 * get it as one more argument behind the platform's), which knows the request and is flushed once, after the answer, its streamed body and
 * all that `ctx.waitUntil` was given. What a handler throws is logged and thrown on.
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
 */
export const withSapwood: WithSapwood = wrapper(platform);
