/**
 * The public types of what `createLogger` is told, and the words that options, entries and counters share. Owns no behaviour; the
 * options are checked by options.ts.
 */

import type { SapwoodError } from "./error.js";

/** How severe an entry is; trace is the least. */
export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** Where unsent entries are kept. */
export type Offline = "memory" | "persist";

/** What shares a session id: the pages of a tab, or those of all tabs. `false`: there is none. */
export type Sharing = "tab" | "browser" | false;

/** May anything leave? `pending`: nothing leaves or is stored yet; `denied`: what is held and what comes is dropped. */
export type Consent = "pending" | "granted" | "denied";

/** Why an entry was not delivered. */
export type DropReason =
  | "sampled"
  | "rate_limited"
  | "buffer_full"
  | "too_large"
  | "before_send"
  | "unserialisable"
  | "rejected"
  | "retries_exhausted"
  | "expired"
  | "store_failed"
  | "consent"
  | "not_ready"
  | "not_configured"
  | "closed"
  | "core_failed";

/** Who is logged in. */
export interface User {
  /** Becomes the `userId` of the entries, too. */
  id?: string;
  name?: string;
  email?: string;
}

/** When a failed request is tried again, and when its entries are given up. */
export interface RetryOptions {
  /** Upper bound of the first delay, in ms. Default 1,000. */
  initialDelayMs?: number;
  /** Upper bound of every delay, in ms. Default 30,000. */
  maxDelayMs?: number;
  /** Once an attempt has failed, entries older than this, in ms, are given up. Default 3,600,000. */
  maxAgeMs?: number;
  /** Attempts after the first; by default age alone decides. */
  maxRetries?: number;
}

/**
 * The options of `createLogger`. Every one, with default and bounds: docs/configuration.md.
 * A wrong one throws a `SapwoodError` with `code` and `field`.
 */
export interface LoggerOptions {
  /** Which application logs; 1–100 characters. */
  source: string;
  /** `"production"` (the default), `"staging"`, `"development"`, or any name of 1–50 characters. */
  environment?: string;
  /** Where to send to, absolute or relative to the page. Without a usable one nothing is sent, and the console says so once. */
  endpoint?: string | null | undefined;
  /** Sent as `X-API-Key`; a same-origin relay needs none. Given but empty: nothing is sent. */
  apiKey?: string | null | undefined;
  /** The application's version. */
  version?: string | undefined;
  /** The dataset of entries that name none. */
  dataset?: string | undefined;
  /** The lowest level that is kept. Default `"debug"`. */
  minLevel?: Level;
  userId?: string | undefined;
  sessionId?: string | undefined;
  /** Makes a `sessionId` where none is given: one for the `"tab"` or for the whole `"browser"`. Default false. */
  session?: Sharing;
  user?: User | undefined;
  /** Tags of every entry; at most 20 of 50 characters. */
  tags?: readonly string[];
  /** Context of every entry. */
  context?: object;
  /** Entries that trigger a flush. Default 100. */
  batchSize?: number;
  /** Bytes that trigger a flush. Default 49,152. */
  batchBytes?: number;
  /** Longest time that an entry waits, in ms; 0: it leaves in the next task. Default 5,000. */
  flushInterval?: number;
  /** Bound of the memory for what waits, in bytes. Default 2,097,152. */
  maxBufferBytes?: number;
  retry?: RetryOptions;
  /** Longest time for one request, in ms. Default 10,000. */
  timeoutMs?: number;
  /**
   * Send batches compressed, as frames that only Sapwood's own receivers read: `"auto"` (the default) once the receiver has said
   * that it does, `true` from the first on.
   */
  compress?: boolean | "auto";
  /**
   * Entries a second that are kept of one message template at one level, averaged over ten seconds, and five times as many of a
   * level; the others count as `rate_limited`, and one stands for them with their number in `repeated`. `false`: no limit.
   * Default 1,000.
   */
  rateLimit?: number | false;
  /** Where unsent entries are kept: `"memory"` (the default), or `"persist"`: in IndexedDB as well, for the next page. */
  offline?: Offline;
  /** Mask values by their key's name: `true` (the default) for the built-in list, `{ keys }` for more of them, `false` for none. */
  redact?: boolean | { keys: readonly string[] };
  /** The consent at the start. Default `"granted"`. */
  consent?: Consent;
  /** Log what the page throws and nobody catches. Default false. */
  captureErrors?: boolean;
  /** How deep data is copied. Default 10. */
  maxDataDepth?: number;
  /** How many values of one data are copied. Default 5,000. */
  maxDataNodes?: number;
  /** How many bytes of one data are copied. Default 65,536. */
  maxDataBytes?: number;
  /** Throw at the call for what would be cut, marked or left out otherwise: for tests. Default false. */
  strict?: boolean;
  /**
   * `"js"`: a page asks for no WebAssembly, and loads the core as JavaScript at once. Default `"auto"`: it does so where its
   * Content-Security-Policy refuses WebAssembly, which reports one violation.
   */
  core?: "auto" | "js";
  /** Hears of delivery problems, in a microtask. Without it the console does, once for each code. */
  onError?: (error: SapwoodError) => void;
  /** Hears of dropped entries, soon after and those of one task together. Without it the console does, once for each reason. */
  onDrop?: (reason: DropReason, count: number) => void;
}
