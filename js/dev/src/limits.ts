/**
 * Owns: every bound of the collector, with its unit last in the name.
 * Does not own: the bounds of the client (they are in the Rust core); the limits of an entry's fields repeat the public contract.
 * Invariant: nothing the collector reads, keeps in memory or answers is without a bound here.
 * Tested in: tests/collector/limits.test.ts.
 */

/** The largest body that is read. Larger ones are answered with 413, which makes the client halve its batch. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** How much of an oversized body is read and thrown away, so that its sender gets to see the 413. */
export const DISCARD_BYTES_MAX = 64 * 1024 * 1024;

/** How long an oversized body is read and thrown away. */
export const DISCARD_MS_MAX = 10_000;

/** The most entries in one body: ten times what the client may put into a batch. */
export const BATCH_ENTRIES_MAX = 10_000;

/** The most issues listed in one 400; its `error` text says how many entries are faulty in all. */
export const ISSUES_MAX = 1_000;

/** How deep objects and arrays may nest in one entry, so that nothing that walks it later can exhaust its stack. */
export const ENTRY_DEPTH_MAX = 128;

/** Limits of an entry's fields, in characters (Unicode code points), counts, or as said. */
export const FIELD = {
  messageChars: 10_000,
  errorNameChars: 200,
  errorStackChars: 10_000,
  idChars: 100,
  flowIdChars: 50,
  flowNameChars: 100,
  datasetChars: 50,
  sourceChars: 100,
  environmentChars: 50,
  versionChars: 100,
  tags: 20,
  tagChars: 50,
  stepIndex: 1_000,
  /** The latest time a JavaScript `Date` can hold, in milliseconds. */
  timestampMs: 8.64e15,
} as const;

/** The largest header of a batch, as JSON without the key: each batch and each logger instance keeps it. The client's is under 2 KiB. */
export const HEADER_BYTES_MAX = 64 * 1024;

/** The most drop reasons that one logger instance may report; the client knows 15. */
export const DROP_REASONS_MAX = 32;

/** Entries in one answer of the read API: what is given unasked, and the most that can be asked for. */
export const PAGE_ENTRIES_DEFAULT = 100;
export const PAGE_ENTRIES_MAX = 500;

/** Steps in the answer for one flow. */
export const FLOW_ENTRIES_MAX = 2_000;

/** Flows and logger instances in one answer. */
export const LIST_DEFAULT = 50;
export const LIST_MAX = 200;

/** Ranges of missing sequence numbers listed for one logger instance. */
export const GAPS_MAX = 50;

/** Logger instances of which it is remembered where numbers are missing: as many as one answer can hold. */
export const WALKS_MAX = LIST_MAX;

/** An entry whose JSON is larger is left out of lists and read alone, so that no list can grow without bound. */
export const LISTED_ENTRY_BYTES_MAX = 64 * 1024;

/** The longest search text, in characters. */
export const QUERY_CHARS_MAX = 200;

/** How long the store waits for a lock that another process holds. The wait blocks the process, so it is short: the client retries. */
export const LOCK_WAIT_MS = 500;

/** How long a sender may take for one request. */
export const REQUEST_MS_MAX = 60_000;

/** How long `close` waits for requests under way. */
export const CLOSE_MS_MAX = 2_000;

/** The longest untrusted text in a line on the terminal, in characters. */
export const TERMINAL_CHARS_MAX = 80;
