/**
 * Loggers: the setters of what rides on every entry, children and flows.
 *
 * Owns: a logger's own part of the scope, and the reading of its parent's at each call. Does not own: the tape, the core (engine.ts).
 * Invariants: setters and calls never throw (but under `strict`); a captured scope never changes; children see what their parent
 * sets later; the list of context patches is bounded. Tested in `tests/facade/scope.test.ts`.
 */

import { merge } from "./core.js";
import { ASYNC_DISPOSE } from "./dispose.js";
import { close, flush, setConsent } from "./ending.js";
import type { Engine } from "./engine.js";
import { tagList, textField } from "./fields.js";
import { Flow, flowId, NAME_MAX, type Steps } from "./flow.js";
import { Leveled, severityOf } from "./levels.js";
import {
  FIELD_CONTEXT,
  FIELD_FLOW,
  FIELD_FLOW_ID,
  FIELD_SESSION_ID,
  FIELD_TAGS,
  FIELD_USER,
  FIELD_USER_ID,
  FIELDS,
} from "./protocol.js";
import { read, text, tidy } from "./safe.js";
import { type Fragment, node, type Scope } from "./scope.js";
import { hasCore } from "./start.js";
import { stats } from "./stats.js";
import { blame, field, found, MAP, mark, out, record, settle, type Tape } from "./tape.js";
import type { Consent, FlowOptions, FlushOptions, FlushResult, Stats, User } from "./types.js";

/** So many context patches of one logger wait side by side; then the core makes one of them. */
const CONTEXTS_MAX = 16;
/** A flow id is no longer on the wire. */
const ID_MAX = 50;

export class Logger extends Leveled {
  readonly _min: number;
  /** What this logger itself sets; a field stands once, but context as often as it was set. */
  _own: readonly Fragment[] = [];
  /** The node of `_own` and of what the parent's was when it was made. */
  _node: Scope | undefined;

  readonly _engine: Engine;
  readonly _parent: Logger | undefined;
  /** The counter of the flow that this logger's entries belong to. */
  readonly _steps: Steps | undefined;

  constructor(engine: Engine, parent?: Logger, steps?: Steps) {
    super();
    this._engine = engine;
    this._parent = parent;
    this._steps = steps;
    this._min = severityOf(engine._config.minLevel);
  }

  _log(severity: number, message: unknown, data: unknown, options: object | undefined): boolean {
    return this._engine._log(this, severity, message, data, options);
  }

  /** The node for a call now: the last one, where neither this logger nor its parents have changed since. */
  _scope(): Scope {
    const up = this._parent?._scope();
    const last = this._node;
    return last && last._up === up ? last : (this._node = node(this._own, up));
  }

  setUserId(id: string | null | undefined): this {
    return this._setText(FIELD_USER_ID, id);
  }

  setSessionId(id: string | null | undefined): this {
    return this._setText(FIELD_SESSION_ID, id);
  }

  setUser(user: User | null | undefined): this {
    const id = user ? read(user, "id") : null;
    this._set(FIELD_USER, () => (user ? field(FIELD_USER, user) : out.push(FIELD_USER, null)));
    return id === undefined ? this : this._setText(FIELD_USER_ID, id);
  }

  setTags(tags: readonly string[]): this {
    return this._set(FIELD_TAGS, () => tagList(tags));
  }

  setContext(context: object): this {
    return this._set(FIELD_CONTEXT, () => field(FIELD_CONTEXT, context ?? 0));
  }

  _setText(number: number, value: unknown): this {
    return this._set(number, () => {
      if (value === null || value === undefined) out.push(number, null);
      else textField(number, value);
    });
  }

  /** Sets a field of the scope to what `write` puts on a tape; nothing changes where that is not of the field's kind. */
  _set(number: number, write: () => void): this {
    const { _engine } = this;
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
      this._own = this._bounded([...this._own.filter((own) => isContext || own[0] !== number), tape]);
      this._node = undefined;
    }
    _engine._demand(fault);
    return this;
  }

  /** Makes one of too many context patches; where the core cannot be had, or it becomes too large, the oldest goes. */
  _bounded(own: readonly Fragment[]): readonly Fragment[] {
    const { _engine } = this;
    const contexts = own.filter(([field]) => field === FIELD_CONTEXT);
    if (contexts.length <= CONTEXTS_MAX) return own;
    const merged = hasCore(_engine) && merge(_engine, contexts);
    const rest = own.filter((fragment) => !contexts.includes(fragment));
    return rest.concat(merged ? [[FIELD_CONTEXT, merged]] : contexts.slice(1));
  }

  child(context?: object): Logger {
    const child = new Logger(this._engine, this, this._steps);
    return context === undefined ? child : child.setContext(context);
  }

  flow(name: string, options?: FlowOptions): Flow {
    const given = Object(options) as object;
    const label = tidy(text(name ?? ""), NAME_MAX) || "flow";
    const chosen = read(given, "id");
    const id = (typeof chosen === "string" && tidy(chosen, ID_MAX)) || flowId(label);
    const steps: Steps = { _next: 0, _outcome: undefined };
    const logger = new Logger(this._engine, this, steps);
    logger._setText(FIELD_FLOW_ID, id)._set(FIELD_FLOW, () => field(FIELD_FLOW, { name: label }));
    const context = read(given, "context");
    if (context !== undefined) logger.setContext(context as object);
    return new Flow(id, label, logger, steps);
  }

  flush(options?: FlushOptions): Promise<FlushResult> {
    return flush(this._engine, options);
  }

  stats(): Stats {
    return stats(this._engine);
  }
}

/** The logger that `createLogger` gives: it can end. */
export class RootLogger extends Logger {
  setConsent(state: Consent): this {
    setConsent(this._engine, state);
    return this;
  }

  close(options?: FlushOptions): Promise<FlushResult> {
    return close(this._engine, options);
  }

  disconnect(options?: FlushOptions): Promise<FlushResult> {
    return this.close(options);
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    await this.close();
  }
}
