/**
 * The one error class. Thrown by `createLogger` (a wrong configuration) and by `strict` calls; handed to `onError` otherwise.
 * Tested in `tests/facade/options.test.ts`.
 */

/** What went wrong, as a stable word to compare with. */
export type ErrorCode =
  // thrown
  | "missing_option"
  | "unknown_option"
  | "invalid_option"
  | "invalid_entry"
  // handed to onError
  | "not_configured"
  | "core_unavailable"
  | "core_failed"
  | "network_error"
  | "server_error"
  | "rejected"
  | "unauthorized"
  | "payload_too_large"
  | "timeout"
  | "internal"
  | "store_failed"
  | "blocked";

/**
 * An error of Sapwood itself.
 *
 * @example
 * try { createLogger({ source: "shop", batchSize: 0 }); }
 * catch (err) { err.code; err.field; } // "invalid_option", "batchSize"
 */
export class SapwoodError extends Error {
  override readonly name = "SapwoodError";

  constructor(
    /** What went wrong. */
    readonly code: ErrorCode,
    /** The option or the entry's field that is meant, e.g. `retry.maxDelayMs`. */
    readonly field?: string,
    /** The HTTP status of the answer, where there was one. */
    readonly status?: number,
    /** What was thrown at us, where something was. */
    cause?: unknown,
  ) {
    super(`sapwood: ${code} ${field || status || ""}`.trim(), { cause });
  }
}
