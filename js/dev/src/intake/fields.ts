/**
 * Owns: reading fields of untrusted maps: own properties only, checked kinds and lengths, faults collected as issues.
 * Does not own: which fields there are (entry.ts, header.ts).
 * Invariants: never throws; an issue never repeats the client's content, so it can be printed and answered as it is.
 * Tested in: tests/collector/limits.test.ts.
 */

/** A map of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** One fault, as wire.md answers it: where it is in what was sent, and what is wrong. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Is the value a map (and not null or an array)? */
export function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the fields of one map and collects what is wrong with them. `null` is the same as an absent field. */
export class FieldReader {
  readonly issues: Issue[] = [];

  constructor(
    private readonly fields: Fields,
    private readonly path: readonly (string | number)[],
  ) {}

  /** The value as sent; `undefined` where the field is absent or null. */
  raw(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? (this.fields[name] ?? undefined) : undefined;
  }

  /** A text of at most `max` characters, or null. */
  text(name: string, max: number, min = 0): string | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value !== "string") return this.fault(name, "must be a string");
    if (isLonger(value, max) || value.length < min) return this.fault(name, `must have ${min} to ${max} characters`);
    return value;
  }

  /** A text that identifies something: printable ASCII without spaces, so that two different ids can never look or store alike. */
  identifier(name: string, max: number): string | null {
    const value = this.text(name, max, 1);
    if (value !== null && !/^[\x21-\x7e]+$/.test(value)) return this.fault(name, "must be printable ASCII without spaces");
    return value;
  }

  /** A whole number within the bounds, or null. */
  integer(name: string, min: number, max: number): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      return this.fault(name, `must be a whole number from ${min} to ${max}`);
    }
    return value as number;
  }

  /** A finite number within the bounds, or null. */
  number(name: string, min: number, max: number): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value !== "number" || !(value >= min && value <= max)) return this.fault(name, `must be a number from ${min} to ${max}`);
    return value;
  }

  /** A map, or null. */
  map(name: string): Fields | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return isMap(value) ? value : this.fault(name, "must be an object");
  }

  /** A list of at most `maxItems` texts; empty where it is absent or wrong. */
  texts(name: string, maxItems: number, maxChars: number): readonly string[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (!Array.isArray(value) || value.length > maxItems) {
      this.fault(name, `must be an array of at most ${maxItems}`);
    } else if (value.some((item) => typeof item !== "string" || isLonger(item, maxChars))) {
      this.fault(name, `must hold strings of at most ${maxChars} characters`);
    } else {
      return value as readonly string[];
    }
    return [];
  }

  /** Notes a fault of a field; returns null so that readers can end with it. */
  fault(name: string, message: string): null {
    this.issues.push({ path: [...this.path, name], message });
    return null;
  }
}

/** Characters are code points: an emoji is one, as for the client that cuts. Counted only when the cheap bound does not decide. */
function isLonger(text: string, max: number): boolean {
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  let count = 0;
  for (const _ of text) if (++count > max) return true;
  return false;
}

/** Do the arrays and maps below `value` nest deeper than `max`? Walks with a stack of its own: the depth is the client's choice. */
export function isDeeperThan(value: unknown, max: number): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth >= max) return true;
    for (const child of Object.values(next.value)) {
      if (typeof child === "object" && child !== null) waiting.push({ value: child, depth: next.depth + 1 });
    }
  }
  return false;
}
