/**
 * The numbers and shapes of the boundary with the core (docs/boundary.md).
 *
 * Owns: what both sides must agree on. Does not own: any behaviour.
 * Invariant: `tests/contracts/boundary.rs` reads this file and compares; keep the form `export const NAME = 7;`
 * and plain lists of names in order.
 */

import type { Begun } from "./whole.js";

/** The version of this package; equal to the one in `Cargo.toml` and `pkg/package.json`. */
export const VERSION = "0.1.0";

export const OP_ENTRY = 0;
export const OP_SCOPE = 1;
export const OP_DROP = 2;
export const OP_RESOURCE = 3;

export const FIELD_MESSAGE = 0;
export const FIELD_DATA = 1;
export const FIELD_TAGS = 2;
export const FIELD_USER_ID = 3;
export const FIELD_SESSION_ID = 4;
export const FIELD_REQUEST_ID = 5;
export const FIELD_USER = 6;
export const FIELD_ERROR_NAME = 7;
export const FIELD_ERROR_STACK = 8;
export const FIELD_FLOW_ID = 9;
export const FIELD_STEP_INDEX = 10;
export const FIELD_FLOW = 11;
export const FIELD_DATASET = 12;
export const FIELD_CONTEXT = 13;
export const FIELD_TRUNCATED = 14;
export const FIELD_COUNTRY = 19;

/** The name of each field, by its number. */
export const FIELDS = [
  "message",
  "data",
  "tags",
  "userId",
  "sessionId",
  "requestId",
  "user",
  "errorName",
  "errorStack",
  "flowId",
  "stepIndex",
  "flow",
  "dataset",
  "context",
  "truncated",
  "traceId",
  "spanId",
  "origin",
  "ipAddress",
  "country",
];

export const DROP_BUFFER_FULL = 2;
export const DROP_UNSERIALISABLE = 5;
export const DROP_RETRIES_EXHAUSTED = 7;
export const DROP_CONSENT = 10;
export const DROP_NOT_READY = 11;
export const DROP_NOT_CONFIGURED = 12;
export const DROP_CLOSED = 13;
export const DROP_CORE_FAILED = 14;

/** The name of each drop reason, by its number. */
export const DROP_REASONS = [
  "sampled",
  "rate_limited",
  "buffer_full",
  "too_large",
  "before_send",
  "unserialisable",
  "rejected",
  "retries_exhausted",
  "expired",
  "store_failed",
  "consent",
  "not_ready",
  "not_configured",
  "closed",
  "core_failed",
] as const;

/** The name of each problem that the core reports, by its code. */
export const PROBLEMS = [
  "network_error",
  "server_error",
  "rejected",
  "unauthorized",
  "payload_too_large",
  "timeout",
  "internal",
  "store_failed",
  "blocked",
] as const;

/** The name of each consent state, by its number. */
export const CONSENTS = ["pending", "granted", "denied"] as const;

export const NOTIFY_SETTLED = 0;
export const NOTIFY_PROBLEM = 1;
export const NOTIFY_DROPPED = 2;
export const NOTIFY_JOURNAL = 3;

export const STAT_ACCEPTED = 0;
export const STAT_DELIVERED = 1;
export const STAT_UNCONFIRMED = 2;
export const STAT_BUFFERED = 3;
export const STAT_IN_FLIGHT = 4;
export const STAT_STORED = 5;
export const STAT_DROPPED = 6;
/** The same counters of earlier pages' entries begin behind those of the drops. */
export const STAT_RECOVERED = 21;
/** How far the server's clock is ahead, in ms. */
export const STAT_CLOCK_SKEW = 42;

/** The page is hidden, as `entry` would pass it on for `pagehide`. */
export const SIGNAL_HIDE = 4;

/** The operation that ends the journal's store; the others are the core's to ask for (store.ts). */
export const JOURNAL_END = 4;

/** What the core calls back; never while it holds a borrow. */
export type Notify = (kind: number, subject: number, a: number | Uint8Array<ArrayBuffer>, b: number, c: number, d: number) => void;

/** The instantiated module: one for the page. A core of it is named by a number. The underscores let the build shorten the names. */
export interface CoreModule {
  readonly _memory: WebAssembly.Memory;
  /** Room for `bytes` in the input buffer; its address. */
  _reserve(bytes: number): number;
  /** Deep-merges the maps in the input buffer into it; the length of the result, 0 where one cannot be read. */
  _merge(length: number): number;
  /** Starts a core from the configuration record. `entry` is what the browser calls; it leads to `receive`. */
  _start(
    length: number,
    url: string,
    init: RequestInit,
    /** The same for a request that must need no preflight. */
    simpleInit: RequestInit,
    notify: Notify,
    drain: () => void,
    entry: (signal: number, request: number, response: unknown, value: unknown) => void,
  ): number;
  /** Listens to the page; called once `entry` can name the core. */
  _listen(core: number): void;
  _receive(core: number, signal: number, request: number, response: unknown, value: unknown): void;
  _records(core: number, length: number, waitedMs: number): void;
  _flush(core: number, token: number, timeoutMs: number, close: boolean): void;
  _consent(core: number, state: number): void;
  /**
   * Of a core with a journal: opens the store of what is sent to this address with this key, and gives what performs the core's operations on it.
   * `call` calls the core, if it lives.
   */
  _journal?(
    url: string,
    apiKey: string | null | undefined,
    simpleInit: RequestInit,
    call: (fn: (core: number) => void) => void,
  ): (operation: number, bytes: Uint8Array<ArrayBuffer>) => void;
  /** Of a core with a journal, too: what became of an operation on its store (docs/boundary.md). */
  _stored?(core: number, what: number, spent: number, length: number): void;
  _stat(core: number, index: number): number;
  /** Is it JavaScript? */
  readonly _script?: boolean;
  /** The event of the page that is being dealt with: the memory before it, the engine and its tapes (whole.ts). */
  _begun?: Begun | undefined;
  /** The last sequence number that the core has used for others, where it has. */
  readonly _used?: number;
  /** Has the core that `_start` will give this very configuration already? */
  readonly _configured?: boolean;
}

/** How an engine gets the module; tests give one of their own. */
export interface Loader {
  /** The module at once; throws where it cannot be had. `js`: as JavaScript, where there is a choice. */
  _now(js?: boolean): CoreModule;
  /** The module, compiled or loaded in the background. */
  _later(js?: boolean): Promise<CoreModule>;
  /** Is there a better one on its way, for which a flush waits? */
  _awaited?(): boolean;
  /** A core of the instance trapped: the next one comes from a fresh instance. */
  _drop?(): void;
  /**
   * Where every request is a world of its own (Workers): what `fetch` takes there in other ways. Nothing is planned and no page is
   * listened to, for a timer would belong to whichever request logged; what is logged waits for a flush.
   */
  readonly _edge?: RequestInit;
}
