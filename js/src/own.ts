/**
 * What a logger itself sets: the fields of its own part of the scope.
 *
 * Owns: the reading of what a setter was given, the bound of the list. Does not own: the parent's part (scope.ts), the setters
 * (logger.ts).
 * Invariants: nothing throws (but under `strict`); what is not of a field's kind changes nothing; a fragment never changes; the list
 * of context patches is bounded. Tested in `tests/facade/scope.test.ts`.
 */

import { merge } from "./core.js";
import type { Engine } from "./engine.js";
import { textField } from "./fields.js";
import type { Logger } from "./logger.js";
import { FIELD_CONTEXT, FIELD_USER, FIELDS } from "./protocol.js";
import type { Fragment } from "./scope.js";
import { hasCore } from "./start.js";
import { blame, found, MAP, mark, out, record, settle, type Tape } from "./tape.js";

/** So many context patches of one logger wait side by side; then the core makes one of them. */
const CONTEXTS_MAX = 16;

/** Sets a field to what `write` puts on a tape. */
export function set<L extends Logger>(logger: L, number: number, write: () => void): L {
  const { _engine } = logger;
  const tape: Tape = [];
  const isContext = number === FIELD_CONTEXT;
  let taken = false;
  record(tape, _engine._config, () => {
    try {
      write();
    } catch {
      mark(number);
    }
    const [name, kind] = tape;
    taken = name === number && (!(isContext || number === FIELD_USER) || kind === MAP || kind === null);
    if (!taken) blame(FIELDS[number]);
  });
  const fault = found;
  if (taken) {
    settle(tape);
    logger._own = bounded(_engine, [...logger._own.filter((own) => isContext || own[0] !== number), tape]);
    logger._node = undefined;
  }
  _engine._demand(fault);
  return logger;
}

/** Sets a field to a text; null takes it away. */
export function setText<L extends Logger>(logger: L, number: number, value: unknown): L {
  return set(logger, number, () => (value === null || value === undefined ? out.push(number, null) : textField(number, value)));
}

/** Makes one of too many context patches; where the core cannot be had, or it becomes too large, the oldest goes. */
export function bounded(engine: Engine, own: readonly Fragment[]): readonly Fragment[] {
  const contexts = own.filter(([field]) => field === FIELD_CONTEXT);
  if (contexts.length <= CONTEXTS_MAX) return own;
  const merged = hasCore(engine) && merge(engine, contexts);
  const rest = own.filter((fragment) => !contexts.includes(fragment));
  return rest.concat(merged ? [[FIELD_CONTEXT, merged]] : contexts.slice(1));
}
