/** Replacing what a runtime offers, for one test. */
import type { TestContext } from "node:test";

/** `globalThis[name] = value` until the test ends; gives what stood there. */
export function replace<T>(t: TestContext, name: string, value: unknown): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  const standing = (globalThis as Record<string, unknown>)[name] as T;
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  t.after(() => (before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name)));
  return standing;
}
