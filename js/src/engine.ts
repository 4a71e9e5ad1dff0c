/**
 * The engine of one logger family: the tapes, the sequence, the bounds.
 *
 * Owns: sequence numbers, the bounds of the tapes, what the façade itself drops; and the state that these work on: start.ts (when
 * the core starts), schedule.ts (when the tapes are handed over), handover.ts (how), ending.ts (flush, close, consent, a trap),
 * core.ts (calls into the core), stats.ts. Does not own: the form of an entry (entry.ts).
 * Invariants: nothing throws but `_demand`; every call that passed the gate is on a tape, with the core, or counted under a
 * reason (I1), be it near the end of the stack; a log call made by user code that runs inside of another lands behind it.
 * Tested in `tests/facade/handover.test.ts`, `reentrancy.test.ts`, `stack.test.ts`, `degraded.test.ts`, `accounting.test.ts`.
 */

import { run } from "./core.js";
import { subject, writeEntry } from "./entry.js";
import type { Settle } from "./ending.js";
import { SapwoodError } from "./error.js";
import { handOver } from "./handover.js";
import type { Logger } from "./logger.js";
import { type Notifier, notifier } from "./notify.js";
import type { Config } from "./options.js";
import { resolve } from "./page.js";
import { type CoreModule, DROP_CONSENT, DROP_CORE_FAILED, DROP_NOT_CONFIGURED, DROP_NOT_READY } from "./protocol.js";
import { DROP_REASONS, DROP_UNSERIALISABLE, type Loader } from "./protocol.js";
import { plan, planNow, type Timer, TURN_ENTRIES } from "./schedule.js";
import { hasStack } from "./stack.js";
import { hasCore, watch } from "./start.js";
import { found, record, type Tape, weight } from "./tape.js";
import { seen } from "./thrown.js";
import type { Consent, FlushResult } from "./types.js";

/** The tapes are handed over at once when there are so many. */
const ENTRIES_MAX = 4096;
/** Log calls inside of log calls (a getter that logs), at most. */
const NESTED_MAX = 3;

export class Engine {
  readonly _config: Config;
  readonly _loader: Loader;
  readonly _notifier: Notifier;
  /** Where to send to. */
  readonly _url: URL | undefined;
  /** Stops the watch for the end of the page; an integration. */
  _unlisten: (() => void) | undefined;
  _detach: (() => void) | undefined;
  /** Keeps the session; called when something happens (session.ts). */
  _hear: (() => void) | undefined;
  _consent: Consent;
  /** What stands in the header of every batch, as the core knows it. */
  _resource = "";
  /** The entries that wait, a tape each, in the order of their calls; and their estimated bytes. */
  _tapes: Tape[] = [];
  _size = 0;
  /** The tapes that are handed over, or were last; and how many of them, from the end, are still on their way to the core. */
  _taken: readonly Tape[] = [];
  _moving = 0;
  /** The last sequence number, and what the core's are ahead of it. */
  _seq = 0;
  _shift = 0;
  /** Calls that passed the gate and have come to their end: on a tape, or dropped. */
  _accepted = 0;
  /** On the monotonic clock: when the oldest of them was put there, and until when none goes over at the end of its task (schedule.ts). */
  _since = 0;
  _restedMs = -1;
  /** How many calls and hand-overs are under way: user code may log inside of them. */
  _depth = 0;
  /** By reason, what was dropped here and is not yet told to the core. */
  readonly _drops = DROP_REASONS.map(() => 0);
  /** Why every further entry is dropped. */
  _dead: number | undefined;
  /** The core, from its start on (core.ts). */
  _module: CoreModule | undefined;
  _core = 0;
  /** Performs what the core asks of the journal's store. */
  _store: ReturnType<NonNullable<CoreModule["_journal"]>> | undefined;
  _tokens = 0;
  readonly _waiting = new Map<number, Settle>();
  /** What cores that trapped had counted, by the number of the counter. */
  _past: readonly number[] = [];
  /** Has the last start failed? Then log calls do not try again. */
  _refused = false;
  _starting: Promise<void> | undefined;
  _timer: Timer | undefined;
  _idle: Timer | number | undefined;
  _closing: Promise<FlushResult> | undefined;

  constructor(config: Config, loader: Loader) {
    this._config = config;
    this._loader = loader;
    this._consent = config.consent;
    this._notifier = notifier(config);
    this._url = resolve(config.endpoint);
    const missing = !this._url ? "endpoint" : config.apiKey === "" && "apiKey";
    if (missing) {
      this._dead = DROP_NOT_CONFIGURED;
      this._notifier._problem("not_configured", missing);
    } else if (!loader._edge) watch(this);
  }

  /** Takes one call that passed the level gate; was its entry kept? Throws under `strict` only. */
  _log(logger: Logger, severity: number, message: unknown, data: unknown, options: object | undefined): boolean {
    const { _config, _depth } = this;
    const { strict } = _config;
    const seq = ++this._seq;
    // Under `strict` a logger that sends nothing checks its entries as well.
    let lost = strict ? undefined : this._dead;
    let fault: string | undefined;
    try {
      if (_depth > NESTED_MAX) lost ??= DROP_UNSERIALISABLE;
      if (lost === undefined && this._full()) {
        if (hasCore(this)) this._drain(TURN_ENTRIES);
        if (this._full()) lost = DROP_NOT_READY;
      }
      if (lost === undefined) {
        const tapes = this._tapes;
        const at = tapes.length;
        const tape: Tape = [];
        this._depth++;
        record(tape, _config, () => writeEntry(seq, severity, logger._scope(), logger._flow, message, data, options));
        fault = found;
        const bytes = weight;
        // User code may have ended the logger meanwhile, or taken back its consent.
        lost = this._dead ?? (this._tapes === tapes ? lost : DROP_CONSENT);
        if (strict && fault) lost ??= DROP_UNSERIALISABLE;
        if (lost === undefined) {
          if (subject) seen.add(subject);
          if (!tapes.length) plan(this);
          if (tapes.length + 1 >= _config.batchSize) planNow(this);
          // Before those that user code has logged meanwhile.
          if (tapes.length === at) tapes.push(tape);
          else tapes.splice(at, 0, tape);
          this._size += bytes;
        }
      }
    } catch {
      // Nothing of ours throws, unless there is no stack left.
      lost = this._dead ?? DROP_UNSERIALISABLE;
    }
    // No call stands between here and the count, so that it needs no stack.
    this._depth = _depth;
    this._accepted++;
    if (lost !== undefined) {
      this._drops[lost]!++;
      try {
        this._notifier._dropped(lost, 1);
      } catch {
        // The count stands; `onDrop` has to do without.
      }
    }
    if (strict && fault) this._demand(fault);
    return lost === undefined;
  }

  /** Under `strict`: throws for the field that did not come through whole. */
  _demand(found: string | undefined): void {
    if (found && this._config.strict) throw new SapwoodError("invalid_entry", found);
  }

  _full(): boolean {
    return this._tapes.length >= ENTRIES_MAX || this._size > this._config.maxBufferBytes;
  }

  _drop(reason: number, count = 1): void {
    this._drops[reason]! += count;
    this._notifier._dropped(reason, count);
  }

  /** Takes the tapes that wait, at most `most` of them. */
  _take(most = Infinity): Tape[] {
    const tapes = this._tapes;
    this._tapes = tapes.slice(most);
    this._size *= this._tapes.length / tapes.length || 0;
    return tapes.slice(0, most);
  }

  /** Drops what waits. */
  _discard(reason: number): void {
    this._drop(reason, this._take().length);
  }

  _alive(): boolean {
    return !!this._module && this._dead !== DROP_CORE_FAILED;
  }

  /** Hands over the tapes that wait, where that can be done now; at most `most`, and the rest in tasks of their own. */
  _drain(most?: number): void {
    if (!this._alive() || this._depth || !hasStack()) return;
    this._hear?.();
    const tapes = this._take(most);
    this._module!._begun?._since.push([this, tapes]);
    this._taken = tapes;
    this._moving = tapes.length;
    this._depth = 1;
    try {
      run(this, (module) => handOver(this, module, tapes));
    } finally {
      this._depth = 0;
    }
    // The rest, and what the reading of stacks has logged.
    if (this._tapes.length) planNow(this);
  }
}
