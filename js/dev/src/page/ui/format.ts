/**
 * Owns: how times, durations and counts read. Pure functions; the reader's time zone, English units.
 * Tested in: tests/viewer/pure.test.ts.
 */

const GROUPED = new Intl.NumberFormat("en-US");

const two = (part: number): string => String(part).padStart(2, "0");

/** Local time of day with milliseconds: `14:03:07.250`. */
export function clock(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Local date and time of day: `2026-11-26 14:03:07.250`. */
export function dateTime(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(ms)}`;
}

/** The instant in UTC, as ISO 8601; the number itself where no date can hold it. */
export function iso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

/**
 * A length of time with three significant digits at most.
 *
 * @example duration(0.4) // "0.4 ms"
 * @example duration(1250) // "1.25 s"
 * @example duration(125_000) // "2 min 5 s"
 */
export function duration(ms: number): string {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 1_000) return `${Number(ms.toPrecision(ms < 1 ? 1 : 3))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 2_880) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return joined(Math.floor(minutes / 1_440), "d", Math.floor((minutes % 1_440) / 60), "h");
}

function joined(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** How long ago an instant was: `12 s ago`; `just now` within a second or in the future. */
export function ago(ms: number, now: number): string {
  const past = now - ms;
  if (past < 1_000) return "just now";
  if (past < 60_000) return `${Math.floor(past / 1_000)} s ago`;
  if (past < 3_600_000) return `${Math.floor(past / 60_000)} min ago`;
  if (past < 172_800_000) return `${Math.floor(past / 3_600_000)} h ago`;
  return `${Math.floor(past / 86_400_000)} d ago`;
}

/** A count with its digits grouped: `12,345`. */
export function grouped(count: number): string {
  return GROUPED.format(count);
}

/** A count with its noun: `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A size: `812 B`, `1.4 KB`, `3.2 MB` (powers of 1,000). */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Ranges of sequence numbers: `3, 14–15`. */
export function ranges(list: readonly (readonly [number, number])[]): string {
  return list.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
}
