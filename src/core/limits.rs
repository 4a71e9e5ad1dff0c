//! Every limit, in one file, with the relations between them asserted at compile time.
//!
//! Units stand last in the names. `CHARS` are UTF-16 units, because the receivers count as JavaScript does; cuts are
//! made at character boundaries. Option bounds stand here and in `js/src/options.ts`; `tests/contracts/boundary.rs`
//! compares the two.

/// Longest `message`.
pub const MESSAGE_CHARS_MAX: u16 = 10_000;
/// Longest `errorName`.
pub const ERROR_NAME_CHARS_MAX: u16 = 200;
/// Longest `errorStack`.
pub const ERROR_STACK_CHARS_MAX: u16 = 10_000;
/// Longest `userId`, `sessionId`, `requestId`, `ipAddress`.
pub const ID_CHARS_MAX: u16 = 100;
/// Longest `flowId` and `dataset`.
pub const FLOW_ID_CHARS_MAX: u16 = 50;
/// Longest `country`.
pub const COUNTRY_CHARS_MAX: u16 = 10;
/// Longest tag.
pub const TAG_CHARS_MAX: u16 = 50;
/// Most tags of one entry.
pub const TAGS_MAX: usize = 20;
/// Largest `stepIndex`; past it the index stays and the order is by sequence.
pub const STEP_INDEX_MAX: u32 = 1_000;

/// Deepest nesting that is read. The façade stops at 32; this bounds the recursion whatever arrives.
pub const DEPTH_MAX: u32 = 40;

/// Containers inside of each other in `data` and `context`, when a Rust app logs it; the façade's `maxDataDepth`.
pub const DATA_DEPTH_MAX: u32 = 10;
/// Values in one such field; the façade's `maxDataNodes`.
pub const DATA_NODES_MAX: usize = 5_000;
/// Bytes of one such field; the façade's `maxDataBytes`.
pub const DATA_BYTES_MAX: usize = 64 * 1024;
/// Bytes that serialising a value may come to, before it is cut to [`DATA_BYTES_MAX`]. A text that alone is longer is told
/// by a note.
pub const PACKED_BYTES_MAX: usize = 16 * DATA_BYTES_MAX;
/// Bytes of stack that serialising a value may take: an eighth of what a Rust app has on wasm32.
pub const PACKED_STACK_BYTES_MAX: usize = 128 * 1024;
/// Elements of a byte array that are kept; then its length is noted.
pub const BYTE_ARRAY_MAX: usize = 64;
/// Bytes of a text that are handed to the core, which keeps fewer characters.
pub const TEXT_BYTES_MAX: usize = 32 * 1024;
/// Bytes that a logger collects before it hands them to the core at once, and not in an idle moment.
pub const TAPE_BYTES_MAX: usize = 64 * 1024;
/// A logger that is the child of so many others takes over what they set.
pub const LOGGER_DEPTH_MAX: u32 = 32;

/// Most work that one merge of two contexts may be, in keys of the one times values of the other: some milliseconds.
pub const MERGE_WORK_MAX: usize = 1 << 19;

/// Entries in one batch, at most.
pub const BATCH_ENTRIES_MAX: usize = 1_000;
/// `batchSize` when it is not set.
pub const BATCH_ENTRIES_DEFAULT: usize = 100;
/// `batchBytes` when it is not set.
pub const BATCH_BYTES_DEFAULT: usize = 48 * 1024;
/// Smallest `batchBytes`.
pub const BATCH_BYTES_MIN: usize = 1024;
/// Largest request body that is ever made for the native protocol.
pub const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Larger is no entry, whatever the header of its batch: what is in the journal goes out under another page's.
pub const ENTRY_BYTES_MAX: usize = REQUEST_BYTES_MAX - 16 * 1024;
/// What browsers let all keepalive requests and beacons in flight hold together (measured: 65,536 taken, 65,537 refused).
pub const KEEPALIVE_BYTES_MAX: usize = 64 * 1024;
/// An exit request is made as large as this, even where less of the keepalive quota is left: a beacon is tried then.
pub const EXIT_BYTES_MIN: usize = 4 * 1024;
/// The most text that goes into a frame at exit: ten milliseconds of compression, which a page that is left can bear. Logs
/// become a quarter to a tenth of their size.
pub const EXIT_TEXT_BYTES_MAX: usize = 256 * 1024;
/// A page that is hidden may go at any moment of this, and is sent for at once; later it is a page in the background.
pub const EXIT_MS: u64 = 500;
/// A request because of time begins so long after the one before, at the least: one that has the application log again (a
/// patched `fetch`, an `onError`) must not be a loop.
pub const SPACING_MS: u64 = 100;
/// The same for a page in the background, where whatever is logged is due at once.
pub const HIDDEN_SPACING_MS: u64 = 1_000;
/// What was on its way when the page was left has so long to be answered once it is restored.
pub const RESTORED_MS: u64 = 1_000;
/// A browser refuses a keepalive request within this; what fails later has failed in the network.
pub const REFUSAL_MS_MAX: u64 = 5;
/// What lets no request through at all, an ad-blocker most likely, says so within this. A refused connection takes longer.
pub const BLOCKED_MS_MAX: u64 = 2;
/// So many of these in a row, and never an answer before, and nothing is asked any more but once an hour.
pub const BLOCKED_FAILURES: u32 = 2;
/// How long nothing is asked then.
pub const BLOCKED_MS: u64 = 3_600_000;
/// A page that is seen again asks, too, when the last attempt was so long ago.
pub const BLOCKED_SEEN_MS: u64 = 600_000;
/// After so many failures in a row a small batch finds out whether the receiver is back.
pub const BREAKER_FAILURES: u32 = 5;
/// How many entries that one has at most.
pub const PROBE_ENTRIES: usize = 10;
/// So many entries that end one request each (too large, or faulty), with none taken in between, and the next is asked only
/// after a delay.
pub const REFUSED_MAX: u32 = 16;
/// So many of the issues that an answer lists are looked at; entries that others name are named again by the next answer.
pub const ISSUES_MAX: usize = 64;
/// A timer that comes so much too late was asleep with its page or machine. In the background they come a minute late.
pub const SLEEP_MS: u64 = 300_000;
/// Room kept for what grows in a batch's header between attempts (`attempt`, `sentAt`, `dropped`).
pub const HEADER_SLACK_BYTES: usize = 768;

/// An entry is in the journal so long after it was logged: the half second that is promised, less what a store takes.
pub const JOURNAL_DELAY_MS: u64 = 400;
/// What the browser is to send after a crash is put together at most so often.
pub const LATER_MS: u64 = 1_000;
/// Most bytes that an instance keeps in the journal.
pub const JOURNAL_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most records in the journal of an instance, with what it is to read of others: one that has more writes none.
pub const JOURNAL_RECORDS_MAX: usize = 512;
/// What is read from the journal before anything else is waited for so long.
pub const READ_MS_MAX: u64 = 2_000;
/// A write that the store has not answered for so long counts as refused; so does its opening (`OPEN_MS_MAX` in `js/src/database.ts`).
pub const STORE_MS_MAX: u64 = 10_000;
/// What is in the journal is given up when it is older than this: seven days.
pub const JOURNAL_AGE_MS: u64 = 7 * 86_400_000;
/// Nothing in the journal is older than this, a year: a clock that stood wrong says so.
pub const JUMP_MS: u64 = 365 * 86_400_000;

/// `maxBufferBytes` when it is not set.
pub const BUFFER_BYTES_DEFAULT: usize = 2 * 1024 * 1024;
/// Smallest `maxBufferBytes`.
pub const BUFFER_BYTES_MIN: usize = 16 * 1024;
/// Largest `maxBufferBytes`.
pub const BUFFER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What an entry costs beside its text: its head, and the room that a growing list keeps free.
pub const ENTRY_OVERHEAD_BYTES: usize = 64;

/// `flushInterval` when it is not set.
pub const FLUSH_INTERVAL_MS_DEFAULT: u64 = 5_000;
/// Largest `flushInterval`: a day.
pub const FLUSH_INTERVAL_MS_MAX: u64 = 86_400_000;
/// `retry.initialDelayMs` when it is not set.
pub const RETRY_INITIAL_MS_DEFAULT: u64 = 1_000;
/// `retry.maxDelayMs` when it is not set.
pub const RETRY_DELAY_MS_DEFAULT: u64 = 30_000;
/// `retry.maxAgeMs` when it is not set.
pub const RETRY_AGE_MS_DEFAULT: u64 = 3_600_000;
/// A `Retry-After` is obeyed up to this.
pub const RETRY_AFTER_MS_MAX: u64 = 3_600_000;
/// `timeoutMs` when it is not set.
pub const TIMEOUT_MS_DEFAULT: u64 = 10_000;

/// `rateLimit` when it is not set: entries a second of one template.
pub const RATE_LIMIT_DEFAULT: u32 = 1_000;
/// Largest `rateLimit`.
pub const RATE_LIMIT_MAX: u32 = 1_000_000;
/// So many times `rateLimit` are kept of one level.
pub const RATE_LEVEL_FACTOR: u32 = 5;
/// Entries are counted over so many seconds, so that a burst is no flood.
pub const RATE_WINDOW_S: u32 = 10;

/// Flushes that can wait at once; one more is answered at once with what is pending.
pub const FLUSHES_MAX: usize = 64;

const _: () = assert!(BATCH_ENTRIES_DEFAULT <= BATCH_ENTRIES_MAX);
const _: () = assert!(BATCH_BYTES_MIN <= BATCH_BYTES_DEFAULT);
// A default batch fits the exit quota with its header, so that a closing page can send it.
const _: () = assert!(BATCH_BYTES_DEFAULT + HEADER_SLACK_BYTES < KEEPALIVE_BYTES_MAX);
const _: () = assert!(KEEPALIVE_BYTES_MAX <= REQUEST_BYTES_MAX);
const _: () = assert!(EXIT_BYTES_MIN > 2 * HEADER_SLACK_BYTES);
// A refusal is heard of while the sign of leaving holds, and no sign outlives a sleep.
const _: () = assert!(REFUSAL_MS_MAX < EXIT_MS && EXIT_MS < SLEEP_MS);
const _: () = assert!(BUFFER_BYTES_MIN <= BUFFER_BYTES_DEFAULT && BUFFER_BYTES_DEFAULT <= BUFFER_BYTES_MAX);
// A request never carries more than may be held.
const _: () = assert!(REQUEST_BYTES_MAX <= BUFFER_BYTES_DEFAULT);
const _: () = assert!(RETRY_AGE_MS_DEFAULT <= JOURNAL_AGE_MS && BATCH_BYTES_DEFAULT < JOURNAL_BYTES_MAX);
const _: () = assert!(RETRY_INITIAL_MS_DEFAULT <= RETRY_DELAY_MS_DEFAULT);
const _: () = assert!(RETRY_DELAY_MS_DEFAULT <= RETRY_AGE_MS_DEFAULT);
const _: () = assert!(RATE_LIMIT_MAX.checked_mul(RATE_WINDOW_S * RATE_LEVEL_FACTOR).is_some());
const _: () = assert!(DATA_DEPTH_MAX < DEPTH_MAX && DATA_BYTES_MAX < ENTRY_BYTES_MAX);
const _: () = assert!(FLOW_ID_CHARS_MAX == 41 + 1 + 8);
