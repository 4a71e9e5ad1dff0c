/**
 * Owns: how one entry looks on the terminal: time, level, source, message, data, tags, flow and step; below it the error and
 * where it happened.
 * Does not own: which entries are shown and when (tail.ts, commands/query.ts).
 * Invariants: whatever a client sent is escaped and cut before anything is painted, so it can neither move the cursor nor
 * fill the screen; without a width each part is on one row.
 * Tested in: tests/collector/tail-lines.test.ts.
 */
import type { StoredEntry } from "../api-types.js";
import { TERMINAL_CHARS_MAX, TERMINAL_FRAMES_MAX, TERMINAL_MESSAGE_CHARS_MAX, TERMINAL_ROWS_MAX } from "../limits.js";
import { visible } from "../visible.js";
import type { Paint, Style } from "./colour.js";
import { compactData } from "./data.js";
import { layOut, type Room, type Span } from "./layout.js";

/** How entries are to look. */
export interface Look {
  readonly paint: Paint;
  /** Columns of the terminal; `Infinity` for files and pipes. */
  readonly width: number;
}

/** Below this many columns the time is short, and rows after the first begin far left. */
const NARROW = 80;

/** The entry's rows, without line feeds. */
export function entryLines(entry: StoredEntry, look: Look): string[] {
  const narrow = look.width < NARROW;
  const time = clock(new Date(entry.timestamp), narrow ? 8 : 12);
  const level = entry.level.toUpperCase().padEnd(5);
  const head: Span[] = [span("dim", `${time} `), span(entry.level as Style, level), span("plain", " ")];
  const source = entry.source === null ? [] : [span("name", `${shown(entry.source, TERMINAL_CHARS_MAX)} `)];
  const message = span("plain", shown(entry.message, TERMINAL_MESSAGE_CHARS_MAX));
  const room: Room = { width: look.width, indent: narrow ? 2 : time.length + level.length + 2, rowsMax: TERMINAL_ROWS_MAX };
  const rows = layOut([...head, ...source, message, ...details(entry)], room, look.paint);
  for (const line of errorLines(entry)) {
    rows.push(...layOut([span("plain", "    "), line], { ...room, indent: 6, rowsMax: 2 }, look.paint));
  }
  return rows;
}

function details(entry: StoredEntry): Span[] {
  const spans: Span[] = [];
  const data = entry.entry === null ? `(${entry.bytes} bytes)` : compactData(withoutRepeat(entry.entry["data"], entry.message));
  if (data !== "") spans.push(span("dim", ` ${data}`));
  for (const tag of entry.tags) spans.push(span("tag", ` [${shown(tag, TERMINAL_CHARS_MAX)}]`));
  const flow = flowOf(entry);
  if (flow !== "") spans.push(span("flow", ` ${flow}`));
  return spans;
}

/** An error's data repeats the message, which stands there already. */
function withoutRepeat(data: unknown, message: string): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  const { message: repeated, ...rest } = data as Readonly<Record<string, unknown>>;
  return repeated === message ? rest : data;
}

/** `checkout#3`, with the branch and the outcome where there are any. */
function flowOf({ flowId, flowName, stepIndex, flowOutcome, flowBranch }: StoredEntry): string {
  if (flowId === null) return "";
  const branch = flowBranch === null ? "" : `/${shown(flowBranch, 12)}`;
  const step = stepIndex === null ? "" : `#${stepIndex}`;
  const outcome = flowOutcome === null ? "" : ` (${shown(flowOutcome, TERMINAL_CHARS_MAX)})`;
  return `${shown(flowName ?? flowId, TERMINAL_CHARS_MAX)}${branch}${step}${outcome}`;
}

/** The error's name and message, and its first frames. */
function errorLines({ errorName, entry }: StoredEntry): Span[] {
  const stack = entry?.["errorStack"];
  const lines = typeof stack === "string" ? stack.split("\n", TERMINAL_FRAMES_MAX + 20).map((line) => line.trim()) : [];
  const frames = lines.filter(isFrame).slice(0, TERMINAL_FRAMES_MAX);
  const first = lines[0] ?? "";
  const title = first !== "" && !isFrame(first) ? first : (errorName ?? "");
  const spans = title === "" ? [] : [span("error", shown(title, TERMINAL_MESSAGE_CHARS_MAX))];
  return [...spans, ...frames.map((frame) => span("dim", shown(frame.startsWith("at ") ? frame : `at ${frame}`, TERMINAL_MESSAGE_CHARS_MAX)))];
}

/** V8 writes `at f (file:1:2)`, the other engines `f@file:1:2`. */
function isFrame(line: string): boolean {
  return line.startsWith("at ") || /^[^\s@]*@.+:\d+(?::\d+)?$/.test(line);
}

function span(style: Style, text: string): Span {
  return { style, text };
}

function shown(text: string, max: number): string {
  return visible(text.length > max ? `${text.slice(0, max).toWellFormed()}…` : text);
}

/** `14:03:07` or `14:03:07.123`, in this machine's time zone. */
function clock(date: Date, length: 8 | 12): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return length === 8 ? seconds : `${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
