/**
 * Reading foreign values without being hurt by them.
 *
 * Owns: property reads, string conversion and notes for what cannot be read. Does not own: the walk (tape.ts).
 * Invariant: nothing here throws. Tested in `tests/facade/hostile.test.ts`.
 */

/** `String(value)`, whatever the value does. */
export function text(value: unknown): string {
  try {
    return String(value);
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

/** An address without query, fragment and credentials, as nothing else may leave (docs/design.md, I13). */
export function bareUrl(href: string): string {
  return href.replace(/[?#].*/s, "").replace(/\/\/[^/@]*@/, "//");
}

/** The first `limit` UTF-16 units, without splitting a surrogate pair. */
export function cut(value: string, limit: number): string {
  const last = value.charCodeAt(limit - 1);
  return value.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}
