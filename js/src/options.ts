/**
 * The options of `createLogger`: THE list, and the check that walks it.
 *
 * Owns: names, kinds, defaults and bounds. Does not own: what an option does; its description (options.docs.ts).
 * Invariants: what a programmer wrote wrong throws here and nowhere else; the bounds of what the core takes are those of
 * `src/core/limits.rs` (compared by `tests/contracts/boundary.rs`). Tested in `tests/facade/options.test.ts`.
 */

import { SapwoodError } from "./error.js";
import { severityOf } from "./levels.js";
import { CONSENTS } from "./protocol.js";
import type { Consent, DropReason, Level, LoggerOptions, Offline, Sharing, User } from "./types.js";

/** Is the value of a kind, and within its bounds? */
type Kind<T> = (value: unknown, min: number, max: number) => value is T;

export const text: Kind<string> = (value, min, max): value is string =>
  typeof value === "string" && integer(value.length, min, max);
export const integer: Kind<number> = (value, min, max): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
export const flag = (value: unknown): value is boolean => typeof value === "boolean";
type OnError = (error: SapwoodError) => void;
type OnDrop = (reason: DropReason, count: number) => void;
export const callback = (value: unknown): value is unknown => typeof value === "function";
export const object = (value: unknown): value is object => typeof value === "object" && !!value && !Array.isArray(value);
/** What the environment may leave out. */
export const setting = (value: unknown): value is string | null => value === null || typeof value === "string";
export const level = (value: unknown): value is Level => severityOf(value) > 0;
export const consent = (value: unknown): value is Consent => CONSENTS.includes(value as Consent);
export const choice = (value: unknown): value is "auto" | "js" => value === "auto" || value === "js";
export const storage = (value: unknown): value is Offline => value === "memory" || value === "persist";
export const sharing = (value: unknown): value is Sharing => value === "tab" || value === "browser" || value === false;
/** At most `max` strings of at most `min` characters. */
export const texts: Kind<readonly string[]> = (value, min, max): value is string[] =>
  Array.isArray(value) && value.length <= max && value.every((item) => text(item, 1, min));
export const redaction: Kind<boolean | { keys: readonly string[] }> = (value, min, max): value is { keys: string[] } =>
  flag(value) || (object(value) && texts((value as { keys?: unknown }).keys, min, max));
export const compression = (value: unknown): value is boolean | "auto" => value === "auto" || flag(value);
export const rate: Kind<number | false> = (value, min, max): value is number | false => value === false || integer(value, min, max);

/** Kind, bounds (of a number, of a text's length; of lists: the longest text, the most texts), default. */
type Spec = readonly [kind: Kind<unknown>, min?: number, max?: number, fallback?: unknown];

const DAY_MS = 86_400_000;

/** Every option. Those of a group have its name before a dot. */
export const OPTIONS = {
  source: [text, 1, 100],
  environment: [text, 1, 50, "production"],
  endpoint: [setting],
  apiKey: [setting],
  version: [text, 1, 100],
  dataset: [text, 1, 50],
  minLevel: [level, 0, 0, "debug"],
  userId: [text, 1, 100],
  sessionId: [text, 1, 100],
  session: [sharing, 0, 0, false],
  user: [object as Kind<User>],
  tags: [texts, 50, 20],
  context: [object],
  retry: [object],
  batchSize: [integer, 1, 1000, 100],
  batchBytes: [integer, 1024, 1_048_576, 49_152],
  flushInterval: [integer, 0, DAY_MS, 5000],
  maxBufferBytes: [integer, 16_384, 67_108_864, 2_097_152],
  "retry.initialDelayMs": [integer, 1, DAY_MS, 1000],
  "retry.maxDelayMs": [integer, 1, DAY_MS, 30_000],
  "retry.maxAgeMs": [integer, 0, 7 * DAY_MS, 3_600_000],
  "retry.maxRetries": [integer, 0, 1000],
  timeoutMs: [integer, 1, DAY_MS, 10_000],
  compress: [compression, 0, 0, "auto"],
  rateLimit: [rate, 1, 1_000_000, 1000],
  offline: [storage, 0, 0, "memory"],
  redact: [redaction, 100, 100, true],
  consent: [consent, 0, 0, "granted"],
  captureErrors: [flag, 0, 0, false],
  maxDataDepth: [integer, 1, 32, 10],
  maxDataNodes: [integer, 10, 100_000, 5000],
  maxDataBytes: [integer, 1024, 1_048_576, 65_536],
  strict: [flag, 0, 0, false],
  core: [choice, 0, 0, "auto"],
  onError: [callback as Kind<OnError>],
  onDrop: [callback as Kind<OnDrop>],
} as const satisfies Record<string, Spec>;

/** Where the options stand with which the configuration record begins: `batchSize` to `rateLimit`, in the order of the list. */
export const RECORD_FROM = 14;
export const RECORD_TO = 25;

type WithDefault = readonly [unknown, unknown, unknown, unknown];
type ValueOf<S extends Spec> = S[0] extends Kind<infer T> ? (S extends WithDefault ? T : T | undefined) : never;

/** All options, checked, with their defaults. */
export type Config = { readonly [K in keyof typeof OPTIONS]: ValueOf<(typeof OPTIONS)[K]> };

/**
 * Checks what the user gave.
 *
 * @throws SapwoodError `unknown_option`, `invalid_option` or `missing_option`, with the option's name as `field`.
 */
export function check(options: LoggerOptions): Config & { readonly source: string } {
  const given: Record<string, unknown> = { ...options };
  for (const [name, value] of Object.entries(Object(given["retry"]) as object)) given["retry." + name] = value;
  const list: Readonly<Record<string, Spec>> = OPTIONS;
  const config: Record<string, unknown> = {};
  for (const name in list) {
    const [kind, min = 0, max = 0, fallback] = list[name]!;
    const value = given[name];
    if (value !== undefined && !kind(value, min, max)) throw new SapwoodError("invalid_option", name);
    config[name] = value === undefined ? fallback : value;
  }
  for (const name in given) if (!Object.hasOwn(list, name)) throw new SapwoodError("unknown_option", name);
  // Given but empty: a variable that was not set, which is not the same as no key.
  if ("apiKey" in given) config["apiKey"] ||= "";
  if (!config["source"]) throw new SapwoodError("missing_option", "source");
  return config as Config & { source: string };
}
