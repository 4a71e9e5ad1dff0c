/**
 * The public types of loggers, entries and results; those of the options are in types-options.ts and given on from here. What
 * `index.d.ts` shows. Owns no behaviour.
 */

import type { Consent, DropReason, Level, User } from "./types-options.js";

export type * from "./types-options.js";

// Declared as Node's own types do it, so that a consumer whose `lib` lacks `esnext.disposable` compiles as well.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** What a call may say beside its message and data. */
export interface LogOptions {
  /** Added to the logger's own; at most 20 of 50 characters. */
  tags?: readonly string[] | undefined;
  userId?: string | undefined;
  sessionId?: string | undefined;
  requestId?: string | undefined;
  dataset?: string | undefined;
  /** Data, where the second argument is an error. */
  data?: unknown;
  flowId?: string | undefined;
  /** 0–1,000. */
  stepIndex?: number | undefined;
  /** When it happened, as a date or Unix ms. Default: now. */
  timestamp?: number | Date | undefined;
  traceId?: string | undefined;
  spanId?: string | undefined;
  ipAddress?: string | undefined;
  country?: string | undefined;
  errorName?: string | undefined;
  errorStack?: string | undefined;
}

/** An entry for `log()`. */
export interface Entry extends LogOptions {
  level: Level;
  message: string;
}

/** What became of the entries that were accepted before `flush()` or `close()`. */
export interface FlushResult {
  /** Confirmed by the receiver since the call. */
  delivered: number;
  /** Still held. */
  pending: number;
  /** Dropped since the call. */
  dropped: number;
  /** The HTTP status of the last answer; 0: there was none. */
  lastStatus: number;
}

/** Where all entries are: `accepted` is the sum of the others, at every moment. */
export interface Stats {
  /** Calls that passed the level gate. */
  accepted: number;
  /** Confirmed by the receiver. */
  delivered: number;
  /** Taken by a beacon, whose answer nobody sees. */
  unconfirmed: number;
  /** Waiting in memory. */
  buffered: number;
  /** On their way. */
  inFlight: number;
  /** Waiting in the journal. */
  stored: number;
  dropped: Partial<Record<DropReason, number>>;
  /** Entries of earlier pages, found in the journal and confirmed since; not among `accepted`. Only where there are any. */
  recovered?: number;
  /** How far the receiver's clock is ahead of this one's, in ms, by its last answer. Only where it says, and they differ. */
  clockSkewMs?: number;
  /** What runs the logic: `none` before the start, without a destination, and after a failure. */
  core: "wasm" | "js" | "none";
}

/** The level methods. None throws, whatever it is given (but with `strict`). */
export interface LevelMethods {
  trace(message: string, data?: unknown, options?: LogOptions): this;
  debug(message: string, data?: unknown, options?: LogOptions): this;
  info(message: string, data?: unknown, options?: LogOptions): this;
  /** An `Error` as data is taken apart: `errorName`, `errorStack`, and in `data` its message, causes and own properties. */
  warn(message: string, errorOrData?: unknown, options?: LogOptions): this;
  /** As `warn`; `error(err)` takes the message from the error. */
  error(message: unknown, errorOrData?: unknown, options?: LogOptions): this;
  /** As `error`. */
  fatal(message: unknown, errorOrData?: unknown, options?: LogOptions): this;
  /** Full control over one entry. */
  log(entry: Entry): this;
  /** Would a log at that level be kept? */
  isEnabled(level: Level): boolean;
}

/** A logger; `child()` makes more of its kind. */
export interface Logger extends LevelMethods {
  /** The user of all entries after this; `null` clears. */
  setUserId(id: string | null | undefined): this;
  /** The session of all entries after this; `null` clears. */
  setSessionId(id: string | null | undefined): this;
  /** The user of all entries after this, with its `id` as `userId`; `null` clears both. */
  setUser(user: User | null | undefined): this;
  /** Replaces this logger's own tags. */
  setTags(tags: readonly string[]): this;
  /** Merges `context` deeply into that of all entries after this. */
  setContext(context: object): this;
  /** A logger whose context is this one's, deeply merged with `context`. It follows later changes of its parent. */
  child(context?: object): Logger;
  /**
   * Calls `fn` with such a child and gives what it returns. Where the runtime has `AsyncLocalStorage` (Node, Deno, Bun, Workers with
   * `nodejs_compat`), this logger itself and all below it have the context as well, inside of `fn` and of all that it sets off.
   */
  withContext<T>(context: object, fn: (log: Logger) => T): T;
  /**
   * Begins a flow: entries that carry one `flowId` and steps 0, 1, 2 …
   *
   * @example
   * const flow = log.flow("checkout");
   * flow.info("Cart validated", { items: 3 }).info("Payment authorised");
   * flow.ok();
   */
  flow(name: string, options?: FlowOptions): Flow;
  /**
   * Continues a flow. From the headers of a request (or the request itself): as a branch of its own, with steps from 0, for the sender goes
   * on as well. From `flow.toString()`: as the same writer, which goes on counting. What cannot be read begins a new flow.
   */
  resumeFlow(from: unknown, options?: FlowOptions): Flow;
  /** Sends what was accepted before; never rejects. Default time limit 10,000 ms. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  stats(): Stats;
}

export interface FlushOptions {
  timeoutMs?: number;
}

export interface FlowOptions {
  /** An id of your own, at most 50 characters. */
  id?: string;
  /** Context of the flow's entries. */
  context?: object;
}

/** What `createLogger` gives: the logger that can end. */
export interface RootLogger extends Logger {
  /** Changes the consent; what was logged under `denied` never leaves. */
  setConsent(state: Consent): this;
  /** Flushes and stops every timer and listener. What is logged afterwards counts as `closed`. */
  close(options?: FlushOptions): Promise<FlushResult>;
  /** The same as `close`. */
  disconnect(options?: FlushOptions): Promise<FlushResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One run through something, step by step. */
export interface Flow extends LevelMethods {
  /** `{name}-{8 random characters}`, or the id that was given. */
  readonly id: string;
  readonly name: string;
  /** The index of the next entry; stays at 1,000. */
  readonly stepIndex: number;
  /** A logger whose entries are steps of this flow. */
  child(context?: object): Logger;
  /** Ends the flow well: a last entry, at `info`. Only the first outcome counts. */
  ok(data?: unknown): void;
  /** Ends the flow with a failure: a last entry, at `error`. */
  fail(error?: unknown, data?: unknown): void;
  /** Ends the flow without a result: a last entry, at `warn`. `using` does so where no outcome was given. */
  abandon(reason?: unknown): void;
  /** The header by which another program goes on in this flow: `fetch(url, { headers: flow.headers() })`. */
  headers(): Record<string, string>;
  /** Where the flow stands, as text: for the same tab's next page. */
  toString(): string;
  [Symbol.dispose](): void;
}
