/** A page for tests: what `globalThis` has in a browser, for one test. */

import type { TestContext } from "node:test";

export interface Page {
  dispatch(event: Event): void;
  /** The types of events that are listened for. */
  readonly listening: Set<string>;
}

/** Gives `globalThis` event listeners and what stands in `more`, until the test has ended. */
export function asPage(t: TestContext, more: Record<string, unknown> = {}): Page {
  const target = new EventTarget();
  const listening = new Set<string>();
  const all: Record<string, unknown> = {
    addEventListener(...args: Parameters<EventTarget["addEventListener"]>) {
      listening.add(args[0]);
      target.addEventListener(...args);
    },
    removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>) {
      listening.delete(args[0]);
      target.removeEventListener(...args);
    },
    ...more,
  };
  for (const [name, value] of Object.entries(all)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else delete (globalThis as Record<string, unknown>)[name];
    });
  }
  return { dispatch: (event) => void target.dispatchEvent(event), listening };
}
