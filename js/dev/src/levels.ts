/**
 * Owns: the six levels and their OpenTelemetry severity numbers.
 * Tested in: tests/collector/intake.test.ts.
 */

/** A level of the public contract. */
export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

const SEVERITY: ReadonlyMap<string, number> = new Map<Level, number>([
  ["trace", 1],
  ["debug", 5],
  ["info", 9],
  ["warn", 13],
  ["error", 17],
  ["fatal", 21],
]);

/** From this severity on an entry counts as an error of its flow. */
export const ERROR_SEVERITY = 17;

/** From this severity on an entry counts as a warning of its flow, up to where it counts as an error. */
export const WARN_SEVERITY = 13;

/** The names, lowest first. */
export const LEVELS: readonly string[] = [...SEVERITY.keys()];

/**
 * The severity number of a level's name, or `undefined` where the name is none.
 *
 * @example severityOf("info") // 9
 */
export function severityOf(level: string): number | undefined {
  return SEVERITY.get(level);
}
