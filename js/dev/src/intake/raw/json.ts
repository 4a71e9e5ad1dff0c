/**
 * Owns: `?format=json` and `?format=jsonl`: JSON objects as other loggers write them.
 * Takes besides the native fields: `msg` for the message, `severity` for the level, `time` and `ts` for the timestamp, other
 * words and numbers for levels, times as text. Fields that are not native go into `data`.
 * Tested in: tests/collector/raw.test.ts.
 */
import { Fault, partsOf, type Refusal } from "../body.js";
import { isMap, type Fields } from "../fields.js";
import { levelOf, linesOf, makeEntry, timeOf } from "./make.js";
import type { Defaults, RawEntry } from "./raw.js";

/** Native fields that are taken as they are. */
const NATIVE: ReadonlySet<string> = new Set([
  ...["seq", "template", "parameters", "context", "tags", "userId", "sessionId", "requestId", "user", "errorName", "errorStack", "errors"],
  ...["flowId", "stepIndex", "flow", "traceId", "spanId", "sampleRate", "truncated", "origin", "source", "environment", "version", "dataset"],
]);
const MESSAGE = ["message", "msg"];
const LEVEL = ["level", "severity"];
const TIME = ["timestamp", "time", "ts", "@timestamp"];

/** One JSON value: an entry, an array of them, or `{"logs":[…]}`. */
export function readJson(text: string, defaults: Defaults): Iterable<RawEntry> | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { status: 400, error: "The body is not valid JSON." };
  }
  const parts = partsOf(value);
  if ("error" in parts) return parts;
  return parts.entries.map((entry, index) => ({ entry: objectEntry(entry, defaults), path: parts.pathOf(index) }));
}

/** One JSON object per line. */
export function* readJsonLines(text: string, defaults: Defaults): Generator<RawEntry> {
  for (const [line, index] of linesOf(text)) {
    let entry: unknown;
    try {
      entry = objectEntry(JSON.parse(line), defaults);
    } catch {
      entry = new Fault("is not valid JSON");
    }
    yield { entry, path: [index] };
  }
}

function objectEntry(value: unknown, defaults: Defaults): unknown {
  if (!isMap(value)) return new Fault("must be an object");
  const message = firstOf(value, MESSAGE, (given) => (typeof given === "string" ? given : undefined));
  const level = firstOf(value, LEVEL, levelOf);
  const time = firstOf(value, TIME, timeOf);
  const used = [message?.name, level?.name, time?.name];
  const fields = new Map<string, unknown>();
  const data = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value)) {
    if (used.includes(name) || field === null) continue;
    if (NATIVE.has(name)) fields.set(name, field);
    else if (name === "data" && isMap(field)) for (const [key, item] of Object.entries(field)) data.set(key, item);
    else data.set(name, field);
  }
  // Where nothing is its message, the whole of it is.
  return makeEntry({ message: message?.value ?? wholeText(value), level: level?.value, timestamp: time?.value, fields, data }, defaults);
}

function firstOf<Value>(value: Fields, names: readonly string[], read: (given: unknown) => Value | undefined): { name: string; value: Value } | undefined {
  for (const name of names) {
    const found = Object.hasOwn(value, name) ? read(value[name]) : undefined;
    if (found !== undefined) return { name, value: found };
  }
  return undefined;
}

/** Never fails: what is nested too deeply for it is refused later for that. */
function wholeText(value: Fields): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "(no message)";
  }
}
