/**
 * Owns: the one line that the terminal shows for a batch.
 * Invariant: what a client sent is escaped and cut, so it can neither move the cursor nor fill the screen.
 * Tested in: tests/collector/visible.test.ts.
 */
import type { Issue } from "./intake/fields.js";
import { TERMINAL_CHARS_MAX } from "./limits.js";
import { visible } from "./visible.js";

/** What became of a batch. */
export interface BatchReport {
  readonly source: string | null;
  readonly count: number;
  readonly duplicates: number;
  readonly faulty: number;
  readonly firstIssue: Issue | null;
}

/**
 * The line, without line feed.
 *
 * @example batchLine({ source: "web-shop", count: 2, duplicates: 1, faulty: 0, firstIssue: null }, new Date())
 * // "14:03:07  web-shop  2 entries, 1 duplicate"
 */
export function batchLine(report: BatchReport, now: Date): string {
  const parts = [counted(report.count, "entry", "entries")];
  if (report.duplicates > 0) parts.push(counted(report.duplicates, "duplicate", "duplicates"));
  if (report.faulty > 0) parts.push(`${report.faulty} refused${reasonOf(report.firstIssue)}`);
  return `${clock(now)}  ${visible(cut(report.source ?? "(no source)"))}  ${parts.join(", ")}`;
}

function reasonOf(issue: Issue | null): string {
  return issue === null ? "" : ` (${visible(cut(issue.path.join(".")))}: ${visible(issue.message)})`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function cut(text: string): string {
  return text.length > TERMINAL_CHARS_MAX ? `${text.slice(0, TERMINAL_CHARS_MAX)}…` : text;
}

function clock(now: Date): string {
  return [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
