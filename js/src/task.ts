/**
 * A task of its own, soon: a timer comes a second late in a page that nobody sees.
 *
 * Owns: the message that brings it. Invariants: nothing throws; in a page that goes nothing runs any more, and nothing where there are no
 * messages. Tested in `tests/browser/store.test.ts`.
 */

/** Runs it in the next task. */
export function inTask(run: () => void): void {
  try {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      // An open one would keep a process (of Node) alive.
      port1.close();
      run();
    };
    port2.postMessage(0);
  } catch {
    // The page has none, or has replaced them.
  }
}
