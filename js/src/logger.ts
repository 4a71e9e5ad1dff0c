/**
 * Loggers and flows: the methods that a user calls.
 *
 * Owns: the level gate, the tree of loggers, and the reading of a parent's scope at each call; the one outcome of a flow. Does not
 * own: what a setter sets (own.ts), how a flow travels (flow.ts), the tape, the core (engine.ts).
 * Invariants: setters and calls never throw (but under `strict`); a captured scope never changes; children see what their parent
 * sets later; a call below the minimum costs one comparison (measured by `benches/call.ts`); steps are 0, 1, 2 … over a flow and its
 * children, given after the level gate; the first outcome is the only one. Tested in `tests/facade/scope.test.ts`, `flow.test.ts`.
 */

import { DISPOSE } from "./dispose.js";
import { flush } from "./ending.js";
import type { Engine } from "./engine.js";
import { STEP_MAX, tagList } from "./fields.js";
import { begin, branchOf, HEADER, placeOf, type Place } from "./flow.js";
import { ERROR, INFO, LEVELS, severityOf, WARN } from "./levels.js";
import { set, setText } from "./own.js";
import { FIELD_CONTEXT, FIELD_FLOW, FIELD_FLOW_ID, FIELD_SESSION_ID, FIELD_TAGS, FIELD_USER, FIELD_USER_ID } from "./protocol.js";
import { isError, read } from "./safe.js";
import { type Fragment, node, type Scope } from "./scope.js";
import { stats } from "./stats.js";
import { field } from "./tape.js";
import type { Entry, FlowOptions, FlushOptions, FlushResult, Level, LogOptions, Stats, User } from "./types.js";

type LevelMethod = <T>(this: T, message: unknown, data?: unknown, options?: LogOptions) => T;

export interface Logger extends Record<Level, LevelMethod> {}

export class Logger {
  /** The lowest severity that is kept. */
  readonly _min: number;
  /** What this logger itself sets; a field stands once, but context as often as it was set. */
  _own: readonly Fragment[] = [];
  /** The node of `_own` and of what the parent's was when it was made. */
  _node: Scope | undefined;

  readonly _engine: Engine;
  readonly _parent: Logger | undefined;
  /** The flow that this logger's entries belong to. */
  _flow: Flow | undefined;

  constructor(engine: Engine, parent?: Logger, context?: object) {
    this._engine = engine;
    this._parent = parent;
    this._flow = parent?._flow;
    this._min = severityOf(engine._config.minLevel);
    if (context !== undefined) this.setContext(context);
  }

  log(entry: Entry): this {
    const given: object = Object(entry);
    // What is no level is told by nothing but its message: it is kept, as `info`.
    const severity = severityOf(read(given, "level")) || INFO;
    if (this._min <= severity) this._log(severity, read(given, "message"), undefined, given);
    return this;
  }

  isEnabled(level: Level): boolean {
    return this._min <= severityOf(level);
  }

  /** Takes a call that passed the gate; was its entry kept? */
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
    return setText(this, FIELD_USER_ID, id);
  }

  setSessionId(id: string | null | undefined): this {
    return setText(this, FIELD_SESSION_ID, id);
  }

  setUser(user: User | null | undefined): this {
    const id = user ? read(user, "id") : null;
    set(this, FIELD_USER, () => field(FIELD_USER, user || null));
    return id === undefined ? this : setText(this, FIELD_USER_ID, id);
  }

  setTags(tags: readonly string[]): this {
    return set(this, FIELD_TAGS, () => tagList(tags));
  }

  setContext(context: object): this {
    return set(this, FIELD_CONTEXT, () => field(FIELD_CONTEXT, context ?? 0));
  }

  child(context?: object): Logger {
    return new Logger(this._engine, this, context);
  }

  withContext<T>(context: object, fn: (log: Logger) => T): T {
    return fn(this.child(context));
  }

  flow(name: string, options?: FlowOptions): Flow {
    const given = Object(options) as object;
    return new Flow(this, given, begin(name, read(given, "id")));
  }

  resumeFlow(from: unknown, options?: FlowOptions): Flow {
    const place = placeOf(from);
    const given = Object(options) as object;
    if (!place || typeof from === "string") return new Flow(this, given, place ?? begin(""));
    return new Flow(this, given, branchOf(place), place[2]);
  }

  flush(options?: FlushOptions): Promise<FlushResult> {
    return flush(this._engine, options);
  }

  stats(): Stats {
    return stats(this._engine);
  }
}

for (const name in LEVELS) {
  const severity = LEVELS[name as Level];
  Logger.prototype[name as Level] = function (message, data, options) {
    const logger = this as Logger;
    if (logger._min <= severity) logger._log(severity, message, data, options);
    return this;
  };
}

/** A logger whose entries, and whose children's, are the steps of one flow. */
export class Flow extends Logger {
  readonly id: string;
  readonly name: string;
  readonly _start: number;
  /** Which of the flow's writers this is; undefined: the one that began it. */
  readonly _branch: string | undefined;
  /** What every entry says of the flow. */
  readonly _about: object;
  /** The step of the next entry. */
  _next: number;
  /** What the next entry says of the flow, when it is the last. */
  _outcome: object | undefined;
  _ended = false;

  /** `parentStep`: where the branch left. */
  constructor(parent: Logger, options: object, [id, name, step, start, branch]: Place, parentStep?: number) {
    super(parent._engine, parent, read(options, "context") as object | undefined);
    [this.id, this.name, this._next, this._start, this._branch] = [id, name, step, start, branch];
    this._about = { name, branch, parentStep };
    this._flow = this;
    setText(this, FIELD_FLOW_ID, id);
    set(this, FIELD_FLOW, () => field(FIELD_FLOW, this._about));
  }

  get stepIndex(): number {
    return Math.min(this._next, STEP_MAX);
  }

  ok(data?: unknown): void {
    this._end("ok", INFO, data);
  }

  fail(error?: unknown, data?: unknown): void {
    if (isError(error)) this._end("failed", ERROR, error, { data });
    else this._end("failed", ERROR, error === undefined ? data : { error, data });
  }

  abandon(reason?: unknown): void {
    this._end("abandoned", WARN, reason === undefined ? reason : { reason });
  }

  headers(): Record<string, string> {
    return { [HEADER]: `${this}` };
  }

  override toString(): string {
    return [this.id, this.name, this.stepIndex, this._start, this._branch ?? ""].map(encodeURIComponent).join(";");
  }

  [DISPOSE](): void {
    this.abandon();
  }

  /** The last entry. An outcome whose level is filtered ends the flow as well. */
  _end(outcome: string, severity: number, data: unknown, options?: object): void {
    if (this._ended) return;
    this._ended = true;
    if (this._min > severity) return;
    const durationMs = Math.max(0, Date.now() - this._start);
    this._outcome = { ...this._about, outcome, durationMs };
    this._log(severity, `Flow ${this.name}: ${outcome}`, data, options);
    this._outcome = undefined;
  }
}
