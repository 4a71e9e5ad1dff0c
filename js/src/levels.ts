/**
 * The levels and their severity numbers (OpenTelemetry's). Does not own: the gate and the methods (logger.ts).
 * Tested in `tests/facade/entry.test.ts`.
 */

import type { Level } from "./types.js";

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
