/**
 * Owns: `?format=syslog`: one message a line, RFC 5424 or RFC 3164.
 * Severity 0 to 3 is `error`, 4 `warn`, 5 and 6 `info`, 7 `debug`. APP-NAME or TAG is the source; facility, host, process and
 * message id, and structured data go into `data`. A line that is neither is taken as text.
 * Tested in: tests/collector/raw.test.ts.
 */
import { linesOf, makeEntry, timeOf } from "./make.js";
import type { Defaults, RawEntry } from "./raw.js";
import { lineEntry } from "./text.js";

const LEVELS = ["error", "error", "error", "error", "warn", "info", "info", "debug"];
const PRIORITY = /^<(\d{1,3})>/;
const RFC5424 = /^1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) /;
const RFC3164 = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\S{1,255}) /;
const TAG = /^([^\s:[\]]{1,100})(?:\[([^\]\s]{1,128})\])?: ?/;
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const DAY_MS = 24 * 60 * 60 * 1_000;

/** One message a line. */
export function* readSyslog(text: string, defaults: Defaults): Generator<RawEntry> {
  for (const [line, index] of linesOf(text)) yield { entry: syslogEntry(line, defaults, new Date()), path: [index] };
}

function syslogEntry(line: string, defaults: Defaults, now: Date): unknown {
  const priority = PRIORITY.exec(line);
  const number = Number(priority?.[1]);
  if (priority === null || number > 191) return lineEntry(line, defaults);
  const rest = line.slice(priority[0].length);
  const level = LEVELS[number % 8];
  const data = new Map<string, unknown>([["facility", Math.floor(number / 8)]]);
  return rfc5424(rest, level, data, defaults) ?? rfc3164(rest, level, data, defaults, now);
}

function rfc5424(rest: string, level: string | undefined, data: Map<string, unknown>, defaults: Defaults): unknown {
  const head = RFC5424.exec(rest);
  if (head === null) return undefined;
  const [whole, time, host, app, process, messageId] = head;
  put(data, "host", host);
  put(data, "process", process);
  put(data, "messageId", messageId);
  const { structured, end } = structuredData(rest, whole.length);
  if (structured.size > 0) data.set("structured", Object.fromEntries(structured));
  // RFC 5424 lets a byte order mark begin the message.
  const message = rest.slice(end).replace(/^ ?\ufeff?/, "");
  return makeEntry({ message, level, timestamp: timeOf(time), source: app === "-" ? undefined : app?.slice(0, 100), data }, defaults);
}

function put(data: Map<string, unknown>, name: string, value: string | undefined): void {
  if (value !== undefined && value !== "-") data.set(name, value);
}

/** `[id name="value" …]…` or `-`; what is not well formed ends it and is part of the message. */
function structuredData(text: string, from: number): { structured: Map<string, unknown>; end: number } {
  const structured = new Map<string, unknown>();
  if (text[from] === "-") return { structured, end: from + 1 };
  let end = from;
  const element = /\[([^\s=\]"]{1,100})((?: [^\s=\]"]{1,100}="(?:[^"\\\]]|\\.)*")*)\]/y;
  for (element.lastIndex = end; ; ) {
    const found = element.exec(text);
    if (found === null) return { structured, end };
    end = element.lastIndex;
    const pairs = [...(found[2] ?? "").matchAll(/ ([^\s=\]"]+)="((?:[^"\\\]]|\\.)*)"/g)];
    structured.set(found[1] ?? "", Object.fromEntries(pairs.map(([, name, value]) => [name ?? "", (value ?? "").replace(/\\(["\\\]])/g, "$1")])));
  }
}

function rfc3164(rest: string, level: string | undefined, data: Map<string, unknown>, defaults: Defaults, now: Date): unknown {
  const head = RFC3164.exec(rest);
  if (head === null) return makeEntry({ message: rest.trim(), level, data }, defaults);
  const [whole, month, day, hour, minute, second, host] = head;
  put(data, "host", host);
  let message = rest.slice(whole.length);
  const tag = TAG.exec(message);
  if (tag !== null) {
    message = message.slice(tag[0].length);
    put(data, "process", tag[2]);
  }
  const monthIndex = MONTHS.indexOf(month ?? "") / 3;
  const timestamp = Number.isInteger(monthIndex) && monthIndex >= 0 ? nearestYear(now, monthIndex, Number(day), [Number(hour), Number(minute), Number(second)]) : undefined;
  return makeEntry({ message, level, timestamp, source: tag?.[1], data }, defaults);
}

/** The format has no year: the last one in which that time is not in the future, give or take a day. */
function nearestYear(now: Date, month: number, day: number, [hour, minute, second]: readonly [number, number, number]): number {
  const at = (year: number): number => new Date(year, month, day, hour, minute, second).getTime();
  const thisYear = at(now.getFullYear());
  return thisYear > now.getTime() + DAY_MS ? at(now.getFullYear() - 1) : thisYear;
}
