/**
 * The engine of one logger family: the tapes, the sequence, the start of the core.
 *
 * Owns: sequence numbers, the bounds of the tapes, what the façade itself drops, when the core starts, degraded mode.
 * Does not own: the form of an entry (entry.ts), the hand-over (handover.ts), calls into the core (core.ts), the counters that
 * are shown (stats.ts).
 * Invariants: nothing throws but `_demand`; every call that passed the gate is on a tape, with the core, or counted under a
 * reason (I1); a log call made by user code that runs inside of another lands behind it, on another tape.
 * Tested in `tests/facade/engine.test.ts`, `reentrancy.test.ts`, `degraded.test.ts`, `accounting.test.ts`.
 */

import { flush, run, start, stat } from "./core.js";
import { writeEntry } from "./entry.js";
import { SapwoodError } from "./error.js";
import type { Steps } from "./flow.js";
import { handOver } from "./handover.js";
import { listen } from "./listen.js";
import { type Notifier, notifier } from "./notify.js";
import type { Config } from "./options.js";
import { resolve, resource } from "./page.js";
import {
  CONSENTS,
  type CoreModule,
  DROP_CLOSED,
  DROP_CONSENT,
  DROP_CORE_FAILED,
  DROP_NOT_CONFIGURED,
  DROP_NOT_READY,
  DROP_REASONS,
  DROP_UNSERIALISABLE,
  type Loader,
  STAT_DELIVERED,
  STAT_UNCONFIRMED,
} from "./protocol.js";
import type { Scope } from "./scope.js";
import { stats } from "./stats.js";
import { END, enter, fault, leave, size, type Tape } from "./tape.js";
import type { Consent, FlushOptions, FlushResult } from "./types.js";

/** The tapes are handed over at once when the last has this many slots. */
const SLOTS_MAX = 65_536;
/** Log calls inside of log calls (a getter that logs), at most. */
const NESTED_MAX = 3;
/** A first entry waits at most this long for an idle moment, in ms. */
const IDLE_MS = 500;
/** After a start that failed, it is tried again after this time, in ms. */
const RETRY_START_MS = 30_000;
/** A flush that says nothing else waits this long, in ms; none waits longer than a timer can. */
const TIMEOUT_MS = 10_000;
const TIMEOUT_MAX_MS = 2_147_483_647;

type Timer = ReturnType<typeof setTimeout>;

export class Engine {
  readonly _config: Config;
  readonly _loader: Loader;
  readonly _notifier: Notifier;
  /** Where to send to. */
  readonly _url: URL | undefined;
  /** Run once, when the logger ends. */
  readonly _endings: (() => void)[] = [];
  _consent: Consent;
  /** What stands in the header of every batch, as the core knows it. */
  _resource: string;
  /** What is not handed over, in order; calls go to the last one. */
  _tapes: Tape[] = [[]];
  /** Entries that are not handed over, those on the tapes and those on their way. */
  _count = 0;
  /** Estimated bytes on the tapes. */
  _size = 0;
  /** Calls that passed the gate: the last sequence number. */
  _seq = 0;
  /** When the oldest entry on the tapes was put there, Unix ms. */
  _since = 0;
  /** How many calls and hand-overs are under way: user code may log inside of them. */
  _depth = 0;
  /** The tape of the innermost call. */
  _busy: Tape | undefined;
  /** By reason, what was dropped here and is not yet told to the core. */
  readonly _drops = DROP_REASONS.map(() => 0);
  /** Why every further entry is dropped. */
  _dead: number | undefined;
  /** The core, from its start on (core.ts). */
  _module: CoreModule | undefined;
  _core = 0;
  _tokens = 0;
  readonly _waiting = new Map<number, (result: FlushResult) => void>();
  /** Has the last start failed? Then log calls do not try again by themselves. */
  _refused = false;
  _timer: Timer | undefined;
  _idle: Timer | number | undefined;
  _closing: Promise<FlushResult> | undefined;
  /** A planned hand-over is due. The core is compiled in the background for it. */
  readonly _due = async (): Promise<void> => {
    this._unplan();
    try {
      if (!this._module) this._begin(await this._loader._later());
    } catch (cause) {
      this._refuse(cause);
      this._timer = setTimeout(this._due, RETRY_START_MS);
    }
    this._drain();
  };

  constructor(config: Config, loader: Loader) {
    this._config = config;
    this._loader = loader;
    this._consent = config.consent;
    this._resource = resource(config);
    this._notifier = notifier(config);
    this._url = resolve(config.endpoint);
    const missing = !this._url ? "endpoint" : config.apiKey === "" && "apiKey";
    if (missing) {
      this._dead = DROP_NOT_CONFIGURED;
      this._notifier._problem("not_configured", missing);
    } else {
      // A core that is there watches the page itself.
      const pagehide = (): unknown => this._module || this._handOn();
      const visibilitychange = (): unknown => document.visibilityState === "hidden" && pagehide();
      this._endings.push(listen({ pagehide, visibilitychange }));
    }
  }

  /** Takes one call that passed the level gate. Throws under `strict` only. */
  _log(
    severity: number,
    scope: Scope,
    steps: Steps | undefined,
    message: unknown,
    data: unknown,
    options: object | undefined,
  ): void {
    const { _config, _busy } = this;
    const { strict } = _config;
    const seq = ++this._seq;
    // Under `strict` a logger that sends nothing checks its entries as well.
    let lost = strict ? undefined : this._dead;
    if (this._depth > NESTED_MAX) lost ??= DROP_UNSERIALISABLE;
    if (lost === undefined && this._full()) {
      if (this._start()) this._drain();
      if (this._full()) lost = DROP_NOT_READY;
    }
    if (lost !== undefined) return this._drop(lost);
    let tape = this._last();
    if (tape === _busy) this._tapes.push((tape = []));
    const start = tape.length;
    const aside = enter(tape, _config);
    this._busy = tape;
    this._depth++;
    try {
      writeEntry(seq, severity, scope, steps, message, data, options);
    } catch {
      lost = DROP_UNSERIALISABLE;
    }
    this._depth--;
    this._busy = _busy;
    this._size += size;
    const found = fault;
    leave(aside);
    // User code may have ended the logger meanwhile, or taken back its consent.
    lost = this._dead ?? (this._tapes.includes(tape) ? lost : DROP_CONSENT);
    if (strict && found) lost ??= DROP_UNSERIALISABLE;
    if (lost === undefined) this._kept();
    else {
      tape.length = start;
      this._drop(lost);
    }
    this._demand(found);
  }

  /** Under `strict`: throws for the field that did not come through whole. */
  _demand(found: string | undefined): void {
    if (found && this._config.strict) throw new SapwoodError("invalid_entry", found);
  }

  _last(): Tape {
    return this._tapes[this._tapes.length - 1]!;
  }

  _full(): boolean {
    return this._last().length > SLOTS_MAX || this._size > this._config.maxBufferBytes;
  }

  /** Counts an entry that is on a tape, and plans its way on. */
  _kept(): void {
    if (!this._count++) this._plan();
    if (this._count >= this._config.batchSize) this._timer ||= setTimeout(this._due, 0);
  }

  _drop(reason: number, count = 1): void {
    this._drops[reason]! += count;
    this._notifier._dropped(reason, count);
  }

  /** Takes what is on the tapes. */
  _take(): Tape[] {
    const tapes = this._tapes;
    this._tapes = [[]];
    this._size = 0;
    return tapes;
  }

  /** Drops what is on the tapes. */
  _discard(reason: number): void {
    const count = this._take()
      .flat()
      .filter((slot) => slot === END).length;
    this._count -= count;
    if (count) this._drop(reason, count);
  }

  /** Plans a hand-over for an idle moment. */
  _plan(): void {
    const timeout = Math.min(IDLE_MS, this._config.flushInterval);
    const idle: typeof requestIdleCallback | undefined = globalThis.requestIdleCallback;
    this._since = Date.now();
    if (!timeout) this._timer ||= setTimeout(this._due, 0);
    else this._idle ||= idle ? idle(this._due, { timeout }) : setTimeout(this._due, timeout);
  }

  _unplan(): void {
    clearTimeout(this._timer);
    (globalThis.cancelIdleCallback ?? clearTimeout)(this._idle as number);
    this._timer = this._idle = undefined;
  }

  /** Hands over now, starting the core if need be. */
  _handOn(): void {
    this._refused = false;
    this._start();
    this._drain();
  }

  /** Is there a core, started now if need be? */
  _start(): boolean {
    try {
      if (!this._module && !this._refused) this._begin(this._loader._now());
    } catch (cause) {
      this._refuse(cause);
    }
    return !!this._module;
  }

  _begin(module: CoreModule): void {
    if (!this._module && this._dead === undefined) start(this, module);
  }

  _refuse(cause: unknown): void {
    this._refused = true;
    this._notifier._problem("core_unavailable", undefined, undefined, cause);
  }

  _alive(): boolean {
    return !!this._module && this._dead !== DROP_CORE_FAILED;
  }

  /** Hands over what is on the tapes, where that can be done now. */
  _drain(): void {
    if (!this._alive() || this._depth) return;
    const waitedMs = this._count && Math.max(0, Date.now() - this._since);
    const tapes = this._take();
    this._depth++;
    run(this, (module) => handOver(this, module, tapes, waitedMs));
    this._depth--;
    // What the reading of stacks has logged.
    if (this._count) this._plan();
  }

  /** The core trapped: what it held is lost, and what comes is counted. */
  _failed(cause: unknown): void {
    this._dead = DROP_CORE_FAILED;
    this._take();
    this._count = 0;
    this._unplan();
    this._notifier._problem("core_failed", undefined, undefined, cause);
    this._notifier._dropped(DROP_CORE_FAILED, stats(this).dropped.core_failed!);
  }

  _setConsent(state: Consent): void {
    const number = CONSENTS.indexOf(state);
    if (number < 0) return this._demand("consent");
    // What was logged before is judged by the state it was logged under.
    this._drain();
    if (!this._module && (this._consent === "denied" || state === "denied")) this._discard(DROP_CONSENT);
    this._consent = state;
    run(this, (module, core) => module._consent(core, number));
  }

  _flush(options?: FlushOptions): Promise<FlushResult> {
    if (this._closing) return this._closing;
    this._handOn();
    return this._answer(false, options);
  }

  _close(options?: FlushOptions): Promise<FlushResult> {
    if (!this._closing) {
      if (this._module || this._count) this._handOn();
      this._unplan();
      for (const end of this._endings) end();
      // Without a core nothing can leave any more.
      this._discard(this._dead ?? DROP_NOT_READY);
      this._dead ??= DROP_CLOSED;
      this._closing = this._answer(true, options);
    }
    return this._closing;
  }

  /** The core's answer, or at once what there is to say without one. */
  _answer(close: boolean, options: FlushOptions | undefined): Promise<FlushResult> {
    const given = Number(options?.timeoutMs ?? NaN);
    if (this._alive()) return flush(this, given >= 0 ? Math.min(given, TIMEOUT_MAX_MS) : TIMEOUT_MS, close);
    const dropped = this._seq - this._count - stat(this, STAT_DELIVERED) - stat(this, STAT_UNCONFIRMED);
    return Promise.resolve({ delivered: 0, pending: this._count, dropped, lastStatus: 0 });
  }
}
