/**
 * The levels, their severity numbers (OpenTelemetry's) and the methods that loggers and flows share.
 *
 * Owns: the level gate. Does not own: what happens to a call that passes it (`_log`, of the classes that extend this one).
 * Invariant: a call below the minimum costs one comparison. Tested in `tests/facade/entry.test.ts`, measured by `benches/call.ts`.
 */

import { read } from "./safe.js";
import type { Entry, Level, LogOptions } from "./types.js";

export const LEVELS: Readonly<Record<Level, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };

/** The severity number of a level's name; NaN for what is none. */
export function severityOf(level: unknown): number {
  // Any other value would become a text on the way to a key, which can take for ever.
  return typeof level === "string" ? Number(read(LEVELS, level as Level)) : NaN;
}

export abstract class Leveled {
  /** The lowest severity that is kept. */
  abstract readonly _min: number;
  abstract _log(severity: number, message: unknown, data: unknown, options: object | undefined): unknown;

  trace(message: unknown, data?: unknown, options?: LogOptions): this {
    if (this._min < 2) this._log(1, message, data, options);
    return this;
  }

  debug(message: unknown, data?: unknown, options?: LogOptions): this {
    if (this._min < 6) this._log(5, message, data, options);
    return this;
  }

  info(message: unknown, data?: unknown, options?: LogOptions): this {
    if (this._min < 10) this._log(9, message, data, options);
    return this;
  }

  warn(message: unknown, data?: unknown, options?: LogOptions): this {
    if (this._min < 14) this._log(13, message, data, options);
    return this;
  }

  error(message: unknown, data?: unknown, options?: LogOptions): this {
    if (this._min < 18) this._log(17, message, data, options);
    return this;
  }

  fatal(message: unknown, data?: unknown, options?: LogOptions): this {
    this._log(21, message, data, options);
    return this;
  }

  log(entry: Entry): this {
    const given: object = Object(entry);
    // What is no level is told by nothing but its message: it is kept, as `info`.
    const severity = severityOf(read(given, "level")) || LEVELS.info;
    if (this._min <= severity) this._log(severity, read(given, "message"), undefined, given);
    return this;
  }

  isEnabled(level: Level): boolean {
    return this._min <= severityOf(level);
  }
}
