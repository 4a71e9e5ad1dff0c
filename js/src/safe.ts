/**
 * Reading foreign values without being hurt by them.
 *
 * Owns: property reads, string conversion and notes for what cannot be read. Does not own: the walk (tape.ts).
 * Invariant: nothing here throws. Tested in `tests/facade/hostile.test.ts`.
 */

/** `String(value)`, whatever the value does. Not of lists: the text of one with shared parts can be exponentially long. */
export function text(value: unknown): string {
  try {
    return (value as object | undefined)?.toString === [].toString ? "[Array]" : String(value);
  } catch {
    return "[Unreadable]";
  }
}

/** The note for a getter, `toJSON` or callback that threw. */
export function threw(error: unknown): string {
  let message = error;
  try {
    message = (error as Error).message || error;
  } catch {
    // An error that cannot be read is told by its own text.
  }
  return `[Threw: ${text(message).slice(0, 200)}]`;
}

/** `owner[key]`, or the note of what its getter threw. */
export function read(owner: object, key: PropertyKey): unknown {
  try {
    return (owner as Record<PropertyKey, unknown>)[key];
  } catch (error) {
    return threw(error);
  }
}

/** What `toJSON` gives, or the note of what it threw. */
export function jsonOf(value: { toJSON(): unknown }): unknown {
  try {
    return value.toJSON();
  } catch (error) {
    return threw(error);
  }
}

/** The own enumerable keys; none where they cannot be read. */
export function keysOf(owner: object): string[] {
  try {
    return Object.keys(owner);
  } catch {
    return [];
  }
}

/** `Map` for a map, `Object` for most objects, `Unreadable` for a revoked proxy. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return "Unreadable";
  }
}

/** Is it an error, of this realm or another? */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || tagOf(value) === "Error";
  } catch {
    return false;
  }
}

/** An address without query, fragment and credentials, as nothing else may leave (docs/architecture.md, I13). */
export function bareUrl(href: string): string {
  return href.replace(/[?#].*/s, "").replace(/\/\/[^/@]*@/, "//");
}

/** The first `limit` UTF-16 units, without halves of surrogate pairs. */
export function tidy(value: string, limit: number): string {
  return value.slice(0, limit).replace(/[\ud800-\udfff]/gu, "");
}
