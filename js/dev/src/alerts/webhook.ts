/**
 * Owns: what an alert posts, and posting it.
 * Does not own: when (watch.ts).
 * Invariants: never rejects, follows no redirect, waits a bounded time, reads nothing of the answer but its status; what a
 * client logged can mention nobody and link nowhere in the receiver's chat.
 * Tested in: tests/collector/alert.test.ts.
 */
import type { StoredEntry } from "../api-types.js";
import { ALERT_ENTRY_CHARS_MAX, ALERT_POST_MS_MAX } from "../limits.js";
import { visible } from "../visible.js";
import type { AlertRule } from "./rule.js";

/** The body of the POST. `text` is what Slack and its like show. */
export interface AlertBody {
  readonly text: string;
  /** The rule, without the address. */
  readonly alert: string;
  /** Entries within the window when the alert was raised. */
  readonly count: number;
  readonly windowMs: number;
  /** The first few of them. */
  readonly entries: readonly AlertEntry[];
}

/** What is told of an entry. */
export type AlertEntry = Pick<StoredEntry, "id" | "timestamp" | "level" | "message" | "source" | "environment" | "flowName" | "errorName">;

/** The body for a breach. */
export function alertBody(rule: AlertRule, count: number, entries: readonly StoredEntry[]): AlertBody {
  const told = entries.map(({ id, timestamp, level, message, source, environment, flowName, errorName }) => ({
    id, timestamp, level, message: cut(message), source, environment, flowName, errorName,
  }));
  const first = told[0] === undefined ? "" : ` First: ${quoted(told[0].message)}`;
  const text = `${count} log entries match ${quoted(rule.filterText)} within ${rule.windowText} (alert: more than ${rule.count}).${first}`;
  return { text, alert: rule.text, count, windowMs: rule.windowMs, entries: told };
}

/** In a code span nothing is a mention or a link, but for what Slack writes in angle brackets. */
function quoted(text: string): string {
  const escaped = visible(text).replaceAll("`", "'").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `\`${escaped}\``;
}

function cut(text: string): string {
  return text.length > ALERT_ENTRY_CHARS_MAX ? `${text.slice(0, ALERT_ENTRY_CHARS_MAX).toWellFormed()}…` : text;
}

/** Posts the body. Resolves with undefined, or with what went wrong; that names the origin only, since a path is often a secret. */
export async function post(url: URL, body: AlertBody, waitMs = ALERT_POST_MS_MAX): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(waitMs),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `${url.origin} answered ${response.status}`;
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return late ? `${url.origin} did not answer within ${waitMs / 1_000} s` : `${url.origin} cannot be reached`;
  }
}
