/**
 * Waiting for a condition, with a bound. Owns no clock but the bound: tests never sleep for a guessed time.
 * Used by every suite that talks to a process, a server or a browser.
 */

const POLL_MS = 20;

/**
 * Resolves with the first truthy value that `condition` gives; rejects with `what` when `boundMs` are over.
 * A condition that throws is asked again, and its last error is the cause of the rejection.
 *
 * @example await waitFor("three requests", () => server.received.length === 3);
 */
export async function waitFor<T>(what: string, condition: () => T | Promise<T>, boundMs = 10_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + boundMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`waited ${boundMs} ms for ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
