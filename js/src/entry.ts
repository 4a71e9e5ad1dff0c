/**
 * One log call, put on the tape.
 *
 * Owns: what an entry is made of and in which order its fields stand. Does not own: the copying of values (tape.ts), sequence
 * numbers and bounds (engine.ts).
 * Form: `seq, severity, timestamp, scope, (field, value …) …`. Where a field stands twice, the last one counts.
 * Invariant: nothing throws. Tested in `tests/facade/entry.test.ts`.
 */

import { MESSAGE_MAX, optionField } from "./fields.js";
import { severityOf, WARN } from "./levels.js";
import type { Flow } from "./logger.js";
import { FIELD_DATA, FIELD_ERROR_NAME, FIELD_ERROR_STACK, FIELD_FLOW, FIELD_MESSAGE, FIELD_STEP_INDEX, FIELDS } from "./protocol.js";
import { isError, keysOf, read, text, threw } from "./safe.js";
import type { Scope } from "./scope.js";
import { blame, field, mark, out, stack, weigh } from "./tape.js";
import { dataOf, StackOf } from "./thrown.js";

/** The error that the last entry is about. */
export let subject: object | undefined;

/** Data as it is, or what a function given as data returns. */
function resolve(data: unknown): unknown {
  if (typeof data !== "function") return data;
  try {
    const result: unknown = data();
    // A promise that nobody awaits must not become an unhandled rejection.
    if (result instanceof Promise) result.catch(() => {});
    return result;
  } catch (error) {
    return threw(error);
  }
}

/** Puts a call on the tape that is being written. `options`: what stands beside message and data, as the caller gave it. */
export function writeEntry(
  seq: number,
  severity: number,
  scope: Scope,
  flow: Flow | undefined,
  message: unknown,
  data: unknown,
  options: object | undefined,
): void {
  // Before user code, which may log in the same flow.
  const step = flow?.stepIndex;
  const outcome = flow?._outcome;
  if (flow) {
    flow._next++;
    flow._outcome = undefined;
  }
  let extra = options && resolve(read(options, "data"));
  let error: object | undefined;
  data = resolve(data);
  if (data === undefined) {
    data = extra;
    extra = undefined;
  }
  if (typeof message === "object" && message) {
    // `error(err)`: the subject itself stands in the message's place.
    if (isError(message)) {
      error = message;
      extra = data;
    } else data ??= message;
    message = read(message, "message") ?? text(message);
  } else if (severity >= WARN && isError(data)) error = data;
  const line = typeof message === "string" ? message : text(message ?? "");
  out.push(seq, severity, Date.now(), scope, FIELD_MESSAGE, line);
  weigh(line.length);
  if (!line || line !== message || line.length > MESSAGE_MAX) blame("message");
  if (flow) out.push(FIELD_STEP_INDEX, step);
  if (outcome) field(FIELD_FLOW, outcome);
  if (error) {
    out.push(FIELD_ERROR_NAME, text(read(error, "name")), FIELD_ERROR_STACK);
    stack(new StackOf(error));
    field(FIELD_DATA, dataOf(error, extra));
  } else if (data !== undefined) {
    field(FIELD_DATA, data);
    // Two values for one place: the one beside the message stands.
    if (extra !== undefined) mark(FIELD_DATA);
  }
  if (options) optionFields(options);
  subject = error;
}

/** Puts what stands beside message and data on the tape. */
function optionFields(options: object): void {
  for (const name of keysOf(options)) {
    const value = read(options, name);
    const at = out.length;
    if (name === "level") {
      if (!severityOf(value)) blame(name);
    } else if (value !== undefined && value !== null && name !== "data" && name !== "message") {
      try {
        optionField(name, value);
      } catch {
        out.length = at;
        mark(FIELDS.indexOf(name));
      }
    }
  }
}
