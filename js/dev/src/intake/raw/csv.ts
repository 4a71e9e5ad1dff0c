/**
 * Owns: `?format=csv`: RFC 4180 with a header line, separated by commas, or by tabs where the header has tabs and no commas.
 * Columns with the names of native fields (and `msg`, `severity`, `time`, `ts`, `logger`, `service`) are these fields, the
 * others go into `data`. Values stay text.
 * Invariant: one pass; time and memory grow with the text.
 * Tested in: tests/collector/raw.test.ts.
 */
import { CSV_COLUMNS_MAX } from "../../limits.js";
import { Fault, type Refusal } from "../body.js";
import { levelOf, makeEntry, timeOf } from "./make.js";
import type { Defaults, RawEntry } from "./raw.js";

/** Names of columns, in lower case without `_` and `-`, and the fields they are. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ["message", "message"], ["msg", "message"], ["level", "level"], ["severity", "level"],
  ["timestamp", "timestamp"], ["time", "timestamp"], ["ts", "timestamp"], ["date", "timestamp"], ["@timestamp", "timestamp"],
  ["source", "source"], ["logger", "source"], ["service", "source"], ["environment", "environment"], ["env", "environment"],
  ["version", "version"], ["dataset", "dataset"], ["userid", "userId"], ["sessionid", "sessionId"], ["requestid", "requestId"],
  ["traceid", "traceId"], ["flowid", "flowId"], ["errorname", "errorName"], ["errorstack", "errorStack"],
]);

/** A header and one entry a record. */
export function readCsv(text: string, defaults: Defaults): Iterable<RawEntry> | Refusal {
  const firstLine = text.slice(0, (text.indexOf("\n") + 1 || text.length + 1) - 1);
  const records = recordsOf(text, firstLine.includes("\t") && !firstLine.includes(",") ? "\t" : ",");
  const header = records.next();
  if (header.done === true || header.value.fault !== null) return { status: 400, error: "The first line is no CSV header." };
  return entries(records, header.value.fields, defaults);
}

function* entries(records: Iterable<CsvRecord>, names: readonly string[], defaults: Defaults): Generator<RawEntry> {
  const columns = names.map((name) => COLUMNS.get(name.trim().toLowerCase().replace(/[_-]/g, "")));
  for (const { fields, fault, line } of records) {
    const path = [line];
    if (fault !== null) yield { entry: new Fault(fault), path };
    else if (fields.length !== names.length) yield { entry: new Fault(`has ${fields.length} columns where the header has ${names.length}`), path };
    else yield { entry: entryOf(fields, names, columns, defaults), path };
  }
}

function entryOf(values: readonly string[], names: readonly string[], columns: readonly (string | undefined)[], defaults: Defaults): unknown {
  const fields = new Map<string, unknown>();
  const data = new Map<string, unknown>();
  const known: { message?: string; level?: string | undefined; timestamp?: number | undefined } = {};
  values.forEach((value, index) => {
    const column = columns[index];
    const name = names[index] ?? "";
    if (value === "") return;
    if (column === "message" && known.message === undefined) known.message = value;
    else if (column === "level" && levelOf(value) !== undefined) known.level ??= levelOf(value);
    else if (column === "timestamp" && timeOf(value) !== undefined) known.timestamp ??= timeOf(value);
    else if (column === undefined || column === "message" || column === "level" || column === "timestamp") data.set(name, value);
    else fields.set(column, value);
  });
  return makeEntry({ ...known, message: known.message ?? values.join(" ").trim(), fields, data }, defaults);
}

interface CsvRecord {
  readonly fields: readonly string[];
  readonly fault: string | null;
  /** The line on which it begins, from 0. */
  readonly line: number;
}

/** The records of a text; empty lines are none. A record with a fault ends with the line of the fault. */
function* recordsOf(text: string, separator: string): Generator<CsvRecord, undefined> {
  let at = 0;
  let line = 0;
  while (at < text.length) {
    const begun = line;
    const from = at;
    const fields: string[] = [];
    let fault: string | null = null;
    for (;;) {
      const field = text[at] === '"' ? quoted(text, at) : plain(text, at, separator);
      fields.push(field.value);
      at = field.end;
      if (text[at] !== separator) break;
      if (fields.length === CSV_COLUMNS_MAX) fault = `has more than ${CSV_COLUMNS_MAX} columns`;
      if (fault !== null) break;
      at += 1;
    }
    if (at < text.length && !isLineEnd(text, at)) {
      fault ??= MISQUOTED;
      const next = text.indexOf("\n", at);
      at = next === -1 ? text.length : next;
    }
    // A quote that is never closed takes all that follows.
    if (fields.at(-1) === UNCLOSED) fault = MISQUOTED;
    line += countLines(text, from, at) + 1;
    at += text[at] === "\r" ? 2 : 1;
    if (fields.length > 1 || fields[0] !== "" || fault !== null) yield { fields, fault, line: begun };
  }
  return undefined;
}

const MISQUOTED = "has a quote that is not closed or stands in the wrong place";
const UNCLOSED = "\0unclosed";

function isLineEnd(text: string, at: number): boolean {
  return text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
}

function plain(text: string, from: number, separator: string): { value: string; end: number } {
  let end = from;
  while (end < text.length && text[end] !== separator && !isLineEnd(text, end)) end += 1;
  return { value: text.slice(from, end), end };
}

/** A quoted field; a quote inside is written twice. */
function quoted(text: string, from: number): { value: string; end: number } {
  let value = "";
  for (let at = from + 1; ; ) {
    const end = text.indexOf('"', at);
    if (end === -1) return { value: UNCLOSED, end: text.length };
    value += text.slice(at, end);
    if (text[end + 1] !== '"') return { value, end: end + 1 };
    value += '"';
    at = end + 2;
  }
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
