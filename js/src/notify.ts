/**
 * What the user is told: `onError`, `onDrop`, and the console where they are not given.
 *
 * Owns: when user code runs (a microtask, or a later task), the once-per-kind rule of the console. Does not own: what is worth telling.
 * Invariants: user code runs below no log call and no frame of the core's; what it throws or rejects with is swallowed; what
 * `onDrop` itself has dropped never leads to another call of it by itself.
 * Tested in `tests/facade/notify.test.ts`.
 */

import { type ErrorCode, SapwoodError } from "./error.js";
import type { Config } from "./options.js";
import { DROP_REASONS } from "./protocol.js";

export interface Notifier {
  _problem(code: ErrorCode, field?: string, cause?: unknown, status?: number): void;
  /** Entries were dropped, if any; the counts of one task are told together. */
  _dropped(reason: number, count: number | undefined): void;
}

export function notifier({ onError, onDrop }: Pick<Config, "onError" | "onDrop">): Notifier {
  const told = new Set<string>();
  const counts = DROP_REASONS.map(() => 0);
  /** Is there something to tell; is a telling planned; is one under way? */
  let due = false;
  let planned = false;
  let telling = false;

  /** Runs user code later, and alone. */
  const later = (run: () => unknown): void => {
    Promise.resolve()
      .then(run)
      .catch(() => {});
  };
  /** Drops are told at once, and the next in another task: what `onDrop` logs may be dropped in turn, and it would never end. */
  const tell = (): void => {
    due = false;
    telling = true;
    DROP_REASONS.forEach(async (reason, i) => {
      const count = counts[i]!;
      counts[i] = 0;
      try {
        if (count) await (onDrop ? onDrop(reason, count) : warn(reason, `sapwood: entries dropped (${reason})`));
      } catch {
        // What user code throws is its own affair.
      }
    });
    telling = false;
    setTimeout(() => {
      planned = due;
      if (due) tell();
    });
  };
  const warn = (kind: string, text: string): void => {
    if (!told.has(kind)) console.warn(text);
    told.add(kind);
  };

  return {
    _problem(code, field, cause, status) {
      const error = new SapwoodError(code, field, status, cause);
      later(() => {
        // A logger that sends nothing must not be silent, whoever listens.
        if (!onError || code === "not_configured") warn(code, error.message);
        return onError?.(error);
      });
    },
    _dropped(index, more) {
      if (!more) return;
      counts[index]! += more;
      // What `onDrop` itself has dropped is told with what comes next.
      if (telling) return;
      due = true;
      if (!planned) later(tell);
      planned = true;
    },
  };
}
