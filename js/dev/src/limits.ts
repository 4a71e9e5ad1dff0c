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

/** How deep a MessagePack body may nest, and how many values it may hold: each takes more memory than the byte it may come in. */
export const MSGPACK_DEPTH_MAX = 512;
export const MSGPACK_VALUES_MAX = 2_000_000;

/** The most columns of a CSV text: each takes more memory than the comma it may come in. */
export const CSV_COLUMNS_MAX = 1_000;

/** The largest body that asks for a flow's id. */
export const FLOW_BODY_BYTES_MAX = 64 * 1024;

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

/** How much of an entry's text can be found by searching, in characters; its message always fits. */
export const SEARCHED_CHARS_MAX = 16_384;

/** An entry whose JSON is larger is left out of lists and read alone, so that no list can grow without bound. */
export const LISTED_ENTRY_BYTES_MAX = 64 * 1024;

/** Readers of the stream at once, and entries in one of its events. */
export const STREAMS_MAX = 64;
export const STREAM_ENTRIES = 200;

/** How often a reader can get an event, and news of flows and instances; after which silence it gets a sign of life; in ms. */
export const STREAM_TICK_MS = 100;
export const STREAM_NEWS_MS = 1_000;
export const STREAM_HEARTBEAT_MS = 15_000;

/** How long one round over all readers may take, in ms: those it does not reach come first in the next. */
export const STREAM_ROUND_MS = 30;

/** How many ids one look at what is new covers. */
export const STREAM_COUNT_IDS = 20_000;

/** Entries, and about how many bytes of them, that an export reads at once. */
export const EXPORT_ENTRIES = 500;
export const EXPORT_BYTES = 4 * 1024 * 1024;

/** The longest search text, in characters. */
export const QUERY_CHARS_MAX = 200;

/** What a file may hold unless told otherwise: bytes in use, and how long an entry stays, in ms. */
export const KEPT_BYTES_DEFAULT = 512_000_000;
export const KEPT_MS_DEFAULT = 7 * 24 * 60 * 60 * 1_000;

/** How long a sender may take for one request. */
export const REQUEST_MS_MAX = 60_000;

/** How long `close` waits for requests under way. */
export const CLOSE_MS_MAX = 2_000;

/** The longest untrusted text in a line on the terminal, in characters. */
export const TERMINAL_CHARS_MAX = 80;

/** An entry on the terminal: its message and an error's lines, one value of its data, and all of its data, in characters. */
export const TERMINAL_MESSAGE_CHARS_MAX = 2_000;
export const TERMINAL_VALUE_CHARS_MAX = 80;
export const TERMINAL_DATA_CHARS_MAX = 400;

/** Rows of a terminal that an entry may take, without its error. */
export const TERMINAL_ROWS_MAX = 4;

/** Frames of a stack that are shown on the terminal. */
export const TERMINAL_FRAMES_MAX = 3;

/** How often the terminal's tail looks for new entries, in ms; how many it then shows, and how many a JSON tail reads at once. */
export const TAIL_LOOK_MS = 100;
export const TAIL_ENTRIES = 100;
export const TAIL_JSON_ENTRIES = 500;

/** About how many bytes a JSON tail reads at once. */
export const TAIL_JSON_BYTES = 1024 * 1024;

/** How far a JSON tail may fall behind, in entries; from there on entries are left out and counted. */
export const TAIL_JSON_BEHIND_MAX = 100_000;

/** What may wait for a terminal that takes nothing, in bytes; from there on lines are left out and counted. */
export const TERMINAL_WAITING_BYTES_MAX = 256 * 1024;

/** Entries that `query` shows unasked, and the most that can be asked for. */
export const QUERIED_ENTRIES_DEFAULT = 100;
export const QUERIED_ENTRIES_MAX = 100_000;

/** An alert's count and its window in ms. */
export const ALERT_COUNT_MAX = 1_000_000;
export const ALERT_WINDOW_MS_MIN = 1_000;
export const ALERT_WINDOW_MS_MAX = 24 * 60 * 60 * 1_000;

/** Parts of an alert's window in which entries are counted together. */
export const ALERT_PARTS = 120;

/** How often it is looked for breaches, in ms; how long a webhook may take; what is told of entries: how many, and characters of a message. */
export const ALERT_LOOK_MS = 100;
export const ALERT_POST_MS_MAX = 10_000;
export const ALERT_ENTRIES = 5;
export const ALERT_ENTRY_CHARS_MAX = 500;
