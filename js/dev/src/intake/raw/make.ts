/**
 * Owns: from what a raw format says to a native entry: names, levels and times as others write them, texts cut to their limits.
 * Invariant: what has no field of its own stays in `data`.
 * Tested in: tests/collector/raw.test.ts.
 */
import { severityOf } from "../../levels.js";
import { FIELD } from "../../limits.js";
import type { Defaults } from "./raw.js";

/** Other words for the levels, in lower case. */
const LEVEL_WORDS: ReadonlyMap<string, string> = new Map([
  ["verbose", "trace"], ["silly", "trace"], ["dbg", "debug"], ["information", "info"], ["informational", "info"], ["notice", "info"],
  ["log", "info"], ["warning", "warn"], ["err", "error"], ["severe", "error"], ["crit", "fatal"], ["critical", "fatal"],
  ["alert", "fatal"], ["emerg", "fatal"], ["emergency", "fatal"], ["panic", "fatal"],
]);
/** The numbers of bunyan and pino. */
const LEVEL_NUMBERS: ReadonlyMap<number, string> = new Map([[10, "trace"], [20, "debug"], [30, "info"], [40, "warn"], [50, "error"], [60, "fatal"]]);

/** The native level for what others call it, or `undefined`. */
export function levelOf(value: unknown): string | undefined {
  if (typeof value === "number") return LEVEL_NUMBERS.get(value);
  if (typeof value !== "string") return undefined;
  const word = value.trim().toLowerCase();
  if (severityOf(word) !== undefined) return word;
  return LEVEL_WORDS.get(word) ?? (/^\d\d$/.test(word) ? LEVEL_NUMBERS.get(Number(word)) : undefined);
}

/**
 * The time in Unix ms, or `undefined`: ISO 8601 (also with a space), `MM/DD/YYYY HH:MM:SS`, Unix seconds or milliseconds.
 * Without a zone it is this machine's.
 */
export function timeOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{9,14}(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number") {
    const ms = number < 1e11 ? number * 1_000 : number;
    return ms >= 0 && ms <= FIELD.timestampMs ? ms : undefined;
  }
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d|^\d{1,2}\/\d{1,2}\/\d{4} /.test(value)) return undefined;
  // `Date.parse` takes a comma before the fraction for nonsense, and a date without a time for UTC.
  const text = value.replace(",", ".").replace(/^(\d{4}-\d\d-\d\d)$/, "$1T00:00:00");
  const ms = Date.parse(text);
  return ms >= 0 ? ms : undefined;
}

/** What a format found out about an entry. */
export interface Found {
  readonly message: string;
  readonly level?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly source?: string | undefined;
  readonly data?: ReadonlyMap<string, unknown>;
  /** Other native fields. */
  readonly fields?: ReadonlyMap<string, unknown>;
}

/** The native entry. An empty message becomes one that can be stored. */
export function makeEntry(found: Found, defaults: Defaults): Record<string, unknown> {
  const { message, wasCut } = cut(found.message === "" ? "(no message)" : found.message);
  const entry = new Map<string, unknown>([
    ["timestamp", found.timestamp],
    ["level", found.level ?? defaults.level],
    ["message", message],
    ["source", found.source ?? defaults.source],
    ["environment", defaults.environment],
    ["dataset", defaults.dataset],
    ...(found.fields ?? []),
  ]);
  if (found.data !== undefined && found.data.size > 0) entry.set("data", Object.fromEntries(found.data));
  if (wasCut) entry.set("truncated", ["message"]);
  return Object.fromEntries([...entry].filter(([, value]) => value !== undefined));
}

/** Cut to the limit, which counts code points; a message that was not made for it must not be refused for its length. */
function cut(text: string): { message: string; wasCut: boolean } {
  if (text.length <= FIELD.messageChars) return { message: text, wasCut: false };
  const message = text.slice(0, FIELD.messageChars);
  return { message: /[\ud800-\udbff]$/.test(message) ? message.slice(0, -1) : message, wasCut: true };
}

/** The lines of a text that are not empty, with their numbers from 0. */
export function* linesOf(text: string): Generator<readonly [line: string, index: number]> {
  let index = 0;
  for (let from = 0; from <= text.length; index += 1) {
    const found = text.indexOf("\n", from);
    const to = found === -1 ? text.length : found;
    const line = text.slice(from, text[to - 1] === "\r" ? Math.max(from, to - 1) : to);
    if (line.trim() !== "") yield [line, index];
    from = to + 1;
  }
}
