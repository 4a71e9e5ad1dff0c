/**
 * Owns: `?format=obl`: Open Board Log 0.1, the log of communication boards: one entry an event of a session.
 * `Button: {label}`, `Action: {action}`, `Utterance: {text}`, `Note: {text}`; other kinds are named by their type. The rest of
 * the event goes into `data`.
 * Tested in: tests/collector/raw.test.ts.
 */
import { Fault, type Refusal } from "../body.js";
import { isMap, type Fields } from "../fields.js";
import { makeEntry, timeOf } from "./make.js";
import type { Defaults, RawEntry } from "./raw.js";

/** Kind of event → its name in the message, and the field that is said. */
const KINDS: ReadonlyMap<string, readonly [name: string, field: string]> = new Map([
  ["button", ["Button", "label"]],
  ["action", ["Action", "action"]],
  ["utterance", ["Utterance", "text"]],
  ["note", ["Note", "text"]],
]);

/** One document. */
export function readObl(text: string, defaults: Defaults): Iterable<RawEntry> | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { status: 400, error: "The body is not valid JSON." };
  }
  if (!isMap(value) || !/^open-board-log-/.test(textOf(value, "format") ?? "") || !Array.isArray(value["sessions"])) {
    return { status: 400, error: 'The body is no Open Board Log: it needs "format":"open-board-log-…" and "sessions".' };
  }
  return entries(value, value["sessions"] as unknown[], defaults);
}

function* entries(log: Fields, sessions: readonly unknown[], defaults: Defaults): Generator<RawEntry> {
  for (const [s, session] of sessions.entries()) {
    const events = isMap(session) ? session["events"] : undefined;
    if (!isMap(session) || !Array.isArray(events)) {
      yield { entry: new Fault('must be an object with "events"'), path: ["sessions", s] };
      continue;
    }
    for (const [e, event] of (events as unknown[]).entries()) {
      yield { entry: eventEntry(log, session, event, defaults), path: ["sessions", s, "events", e] };
    }
  }
}

function eventEntry(log: Fields, session: Fields, event: unknown, defaults: Defaults): unknown {
  if (!isMap(event)) return new Fault("must be an object");
  const type = textOf(event, "type");
  if (type === undefined) return new Fault('must have a "type"');
  const [name, field] = KINDS.get(type) ?? [type, "text"];
  const said = textOf(event, field);
  const data = new Map(Object.entries(event).filter(([key]) => key !== "timestamp"));
  const locale = textOf(log, "locale");
  if (locale !== undefined && !data.has("locale")) data.set("locale", locale);
  const fields = new Map<string, unknown>([
    ["userId", textOf(log, "user_id")],
    ["sessionId", textOf(session, "id")],
  ]);
  const message = said === undefined ? name : `${name}: ${said}`;
  return makeEntry({ message, timestamp: timeOf(event["timestamp"]), source: textOf(log, "source"), fields, data }, defaults);
}

function textOf(map: Fields, name: string): string | undefined {
  const value = Object.hasOwn(map, name) ? map[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
