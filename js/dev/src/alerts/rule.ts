/**
 * Owns: the grammar of an alert: `error source=shop > 10/1m -> https://example.com/hook`.
 * Does not own: counting (window.ts) or posting (webhook.ts).
 * Invariant: what is wrong is told in a sentence that repeats neither the address nor a value, which may be secrets.
 * Tested in: tests/collector/alert-rule.test.ts.
 */
import { ageIn } from "../amounts.js";
import { FilterError, parseFilter, type Filter } from "../filter.js";
import { severityOf } from "../levels.js";
import { ALERT_COUNT_MAX, ALERT_WINDOW_MS_MAX, ALERT_WINDOW_MS_MIN } from "../limits.js";

/** When to post, and where. */
export interface AlertRule {
  /** The rule as it was given, without the address. */
  readonly text: string;
  /** The filter as it was given: `error source=shop`. */
  readonly filterText: string;
  readonly filter: Filter;
  /** It is a breach when more than this many entries arrive… */
  readonly count: number;
  /** …within this time, in ms. */
  readonly windowMs: number;
  readonly windowText: string;
  readonly url: URL;
}

/** The rule cannot be read; the message is a sentence for the user. */
export class AlertError extends Error {
  override readonly name = "AlertError";
}

const FORM = /^(.*\S)\s*>\s*(\d{1,9})\s*\/\s*(\d{1,9}[smh])\s*->\s*(\S+)$/;

/**
 * Reads a rule. Throws an {@link AlertError}.
 *
 * @example parseRule("error > 10/1m -> http://127.0.0.1:9000/").windowMs // 60_000
 */
export function parseRule(text: string): AlertRule {
  const match = FORM.exec(text.trim());
  if (match === null) throw new AlertError("--alert takes a rule such as 'error source=shop > 10/1m -> https://example.com/hook'.");
  const [, filterText = "", digits = "", windowText = "", address = ""] = match;
  const count = Number(digits);
  if (count > ALERT_COUNT_MAX) throw new AlertError(`An alert's count may be at most ${ALERT_COUNT_MAX}.`);
  const windowMs = ageIn(windowText) ?? 0;
  if (windowMs < ALERT_WINDOW_MS_MIN || windowMs > ALERT_WINDOW_MS_MAX) throw new AlertError("An alert's time goes from 1s to 24h.");
  return { text: `${filterText} > ${count}/${windowText}`, filterText, filter: filterOf(filterText), count, windowMs, windowText, url: addressOf(address) };
}

/** Words: a level by its name alone, or `name=value`; a value with blanks stands in quotes: `q="payment failed"`. */
function filterOf(text: string): Filter {
  const words = text.match(/[a-z]+="[^"]*"|\S+/g) ?? [];
  try {
    return parseFilter(words.map((word): readonly [string, string] => {
      if (severityOf(word) !== undefined) return ["level", word];
      const [, name = "", quoted, plain = ""] = /^([a-z]+)=(?:"([^"]*)"|(.*))$/.exec(word) ?? [];
      if (name === "") throw new AlertError("An alert's filter is a level, name=value, or several of them.");
      return [name, quoted ?? plain];
    }));
  } catch (error) {
    if (error instanceof FilterError) throw new AlertError(`An alert's filter: ${error.message}`);
    throw error;
  }
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new AlertError("An alert's address begins with http:// or https://.");
  if (url.username !== "" || url.password !== "") throw new AlertError("An alert's address may hold no user and password.");
  return url;
}
