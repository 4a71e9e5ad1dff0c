/**
 * Flows: what belongs together and happens in order.
 *
 * Owns: flow ids, step numbers, the one outcome. Does not own: how an entry is logged (logger.ts).
 * Invariants: steps are 0, 1, 2 … over a flow and its children, given after the level gate; the first outcome is the only one.
 * Tested in `tests/facade/flow.test.ts`.
 */

import { DISPOSE } from "./dispose.js";
import { STEP_MAX } from "./fields.js";
import { Leveled } from "./levels.js";
import type { Logger } from "./logger.js";
import { isError } from "./safe.js";

/** So much of a name is kept: with `-` and eight characters it fits the 50 of a flow id. */
export const NAME_MAX = 41;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The counter that a flow shares with its children. */
export interface Steps {
  _next: number;
  /** What the next entry says of the flow, when it is the last. */
  _outcome: object | undefined;
}

/** `{name}-{8 random characters}`. Without a cryptographic source `Math.random` must do: an id is no secret. */
export function flowId(name: string): string {
  const bytes = new Uint8Array(32);
  let tail = "";
  while (tail.length < 8) {
    if (globalThis.crypto) crypto.getRandomValues(bytes);
    else bytes.forEach((_, i) => (bytes[i] = Math.random() * 256));
    // 252 is the largest multiple of 36 in a byte: below it every character is equally likely.
    for (const byte of bytes) if (byte < 252) tail += ALPHABET[byte % 36];
  }
  return `${name}-${tail.slice(0, 8)}`;
}

export class Flow extends Leveled {
  readonly _min: number;
  readonly _start = Date.now();
  _ended = false;

  readonly id: string;
  readonly name: string;
  readonly _logger: Logger;
  readonly _steps: Steps;

  constructor(id: string, name: string, logger: Logger, steps: Steps) {
    super();
    this.id = id;
    this.name = name;
    this._logger = logger;
    this._steps = steps;
    this._min = logger._min;
  }

  get stepIndex(): number {
    return Math.min(this._steps._next, STEP_MAX);
  }

  _log(severity: number, message: unknown, data: unknown, options: object | undefined): void {
    this._logger._log(severity, message, data, options);
  }

  child(context?: object): Logger {
    return this._logger.child(context);
  }

  ok(data?: unknown): void {
    this._end("ok", "info", data);
  }

  fail(error?: unknown, data?: unknown): void {
    if (isError(error)) this._end("failed", "error", error, { data });
    else if (error === undefined) this._end("failed", "error", data);
    else this._end("failed", "error", data === undefined ? { error } : { error, data });
  }

  abandon(reason?: unknown): void {
    this._end("abandoned", "warn", reason === undefined ? reason : { reason });
  }

  override toString(): string {
    return [this.id, this.name, this.stepIndex, this._start].map(encodeURIComponent).join(";");
  }

  [DISPOSE](): void {
    this.abandon();
  }

  /** The last entry. An outcome whose level is filtered ends the flow as well. */
  _end(outcome: string, level: "info" | "warn" | "error", data: unknown, options?: object): void {
    if (this._ended) return;
    this._ended = true;
    if (!this.isEnabled(level)) return;
    const durationMs = Math.max(0, Date.now() - this._start);
    this._steps._outcome = { name: this.name, outcome, durationMs };
    this[level](`Flow ${this.name}: ${outcome}`, data, options);
    this._steps._outcome = undefined;
  }
}
