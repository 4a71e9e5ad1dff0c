/**
 * The levels, their severity numbers (OpenTelemetry's) and the methods that loggers and flows share.
 *
 * Owns: the level gate. Does not own: what happens to a call that passes it (`_log`, of the classes that extend this one).
 * Invariant: a call below the minimum costs one comparison. Tested in `tests/facade/entry.test.ts`, measured by `benches/call.ts`.
 */

import { read } from "./safe.js";
import type { Entry, Level, LogOptions } from "./types.js";

export const LEVELS: Readonly<Record<Level, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };

/** Those that the code itself logs at, or decides by. */
export const INFO = 9;
export const WARN = 13;
export const ERROR = 17;

/** The severity number of a level's name; NaN for what is none. */
export function severityOf(level: unknown): number {
  // Any other value would become a text on the way to a key, which can take for ever.
  return typeof level === "string" ? Number(LEVELS[level as Level]) : NaN;
}

type LevelMethod = <T>(this: T, message: unknown, data?: unknown, options?: LogOptions) => T;

export interface Leveled extends Record<Level, LevelMethod> {}

export abstract class Leveled {
  /** The lowest severity that is kept. */
  abstract readonly _min: number;
  /** Takes a call that passed the gate; was its entry kept? */
  abstract _log(severity: number, message: unknown, data: unknown, options: object | undefined): boolean;

  log(entry: Entry): this {
    const given: object = Object(entry);
    // What is no level is told by nothing but its message: it is kept, as `info`.
    const severity = severityOf(read(given, "level")) || INFO;
    if (this._min <= severity) this._log(severity, read(given, "message"), undefined, given);
    return this;
  }

  isEnabled(level: Level): boolean {
    return this._min <= severityOf(level);
  }
}

for (const name in LEVELS) {
  const severity = LEVELS[name as Level];
  Leveled.prototype[name as Level] = function (message, data, options) {
    const logger = this as Leveled;
    if (logger._min <= severity) logger._log(severity, message, data, options);
    return this;
  };
}
