/**
 * `captureErrors`: what the page throws and nobody catches, as entries.
 *
 * Owns: two listeners and their removal. Does not own: the taking apart of what was thrown (thrown.ts); processes (crash.ts).
 * Invariants: each thrown object is logged once, by whichever logger of the page keeps it first, `log.error` calls included;
 * what fails to load (an image) is no error of ours; the page's own handlers are not disturbed.
 * Tested in `tests/facade/capture.test.ts`, and in a browser by `tests/browser/errors.test.ts`.
 */

import { ERROR } from "../levels.js";
import { listen } from "../listen.js";
import type { Logger } from "../logger.js";
import { bareUrl, isError } from "../safe.js";
import { seen } from "../thrown.js";

/** The message where a rejection's reason is no error. */
export const REJECTED = "Unhandled rejection";

/** Logs one thing that was thrown and that nobody caught. */
export type Capture = (origin: string, thrown: unknown, message: unknown, data?: object) => void;

/** What does so for a logger. */
export function capturing(log: Logger): Capture {
  return (origin, thrown, message, data) => {
    if (seen.has(thrown as object) || log._min > ERROR) return;
    const [subject, more] = isError(thrown) ? [thrown] : [message, thrown];
    try {
      if (log._log(ERROR, subject, more, { origin, data })) seen.add(thrown as object);
    } catch {
      // What was thrown is no object; or `strict` throws for an entry that was cut, and here nobody could catch it.
    }
  };
}

/** Starts to listen; gives the function that stops it. */
export function captureErrors(log: Logger): () => void {
  const capture = capturing(log);
  return listen({
    error({ message, filename, lineno, colno, error }: ErrorEvent) {
      const data = filename ? { file: bareUrl(filename), line: lineno, column: colno } : undefined;
      // An event without a message is none of a script.
      if (typeof message === "string") capture("error", error ?? undefined, message, data);
    },
    unhandledrejection({ reason }: PromiseRejectionEvent) {
      capture("unhandledrejection", reason, REJECTED);
    },
  });
}
