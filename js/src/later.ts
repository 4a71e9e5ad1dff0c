/**
 * The dead man's batch: what the browser sends when the page is gone without a word.
 *
 * Owns: the one request that is held back. Does not own: what is in it and when it changes (the core's later.rs).
 * Invariant: nothing throws. Tested in `tests/browser/persist.test.ts`.
 */

/** Keeps the one request that the browser is to send when the page is gone without a word; undefined where it cannot. */
export function deadMansBatch(url: string, init: RequestInit): ((body: Uint8Array<ArrayBuffer>) => void) | undefined {
  const { fetchLater } = globalThis as { fetchLater?: (url: string, init: RequestInit) => unknown };
  if (typeof fetchLater !== "function") return undefined;
  let armed: AbortController | undefined;
  return (body) => {
    armed?.abort();
    armed = undefined;
    if (!body.length) return;
    armed = new AbortController();
    try {
      fetchLater(url, { ...init, body, signal: armed.signal });
    } catch {
      // Over the quota, or not allowed here: the journal has it all the same.
    }
  };
}
