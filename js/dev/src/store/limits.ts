/**
 * Owns: the bounds and measures of the store, with their unit last in the name.
 * Does not own: what a client may send and a reader may ask for (../limits.ts).
 * Tested in: tests/collector/retention.test.ts and search.test.ts.
 */

/** Flows whose steps are remembered between two looks at the list. */
export const FLOWS_REMEMBERED_MAX = 1_000;

/** Ranges of stored sequence numbers remembered of one logger instance; a healthy one has one range. */
export const RANGES_MAX = 10_000;

/** Entries after which a transaction that several batches share takes no further one. */
export const GROUP_ENTRIES_MAX = 2_000;

/** Entries in one part of the full-text index: one in so many of all stored, within bounds. The largest is about 5 MB and dropped in milliseconds. */
export const TEXT_PARTS = 4;
export const TEXT_PART_ENTRIES_MIN = 100;
export const TEXT_PART_ENTRIES_MAX = 50_000;

/** How long the store waits for a lock that another process holds. The wait blocks the process, so it is short: the client retries. */
export const LOCK_WAIT_MS = 500;

/** What the database may keep of its file in memory, in bytes. */
export const CACHE_BYTES_MAX = 32 * 1024 * 1024;

/** Pages in the write-ahead log from which on a commit moves them into the file: more make each move longer, fewer more frequent. */
export const CHECKPOINT_PAGES = 1_000;

/** What the write-ahead log may keep of its length on disk once its content was moved, in bytes. */
export const LOG_BYTES_KEPT_MAX = 16 * 1024 * 1024;

/** How often is looked whether something must go, in ms. */
export const RETENTION_CHECK_MS = 250;

/** The lowest bound of bytes: empty tables alone take a fifth of it. */
export const RETENTION_BYTES_MIN = 1_000_000;

/** How far below its bound of bytes a file is kept, at most. */
export const RETENTION_BYTES_SPARE = 16 * 1024 * 1024;

/** Over how many whole seconds the rate of arrival is taken. */
export const RATE_SECONDS = 10;

/** How long one slice of removal should take, in ms, and between which bounds its number of entries adapts to that. */
export const RETENTION_SLICE_MS = 12;
export const RETENTION_ENTRIES_MIN = 50;
export const RETENTION_ENTRIES_MAX = 2_000;

/** The instances heard last whose accounts stay when bytes are short: each is a few hundred bytes. */
export const INSTANCES_KEPT = 1_000;

/** Logger instances that one slice forgets at most. */
export const SWEPT_INSTANCES_MAX = 20;

/** Pages given back to the file system in one slice, and how many empty ones stay in the file for what comes next. */
export const VACUUM_PAGES = 100;
export const VACUUM_PAGES_KEPT = 2_000;

/** Entries that are read at once where an older file is turned into one of this version. */
export const MIGRATION_ENTRIES = 500;
