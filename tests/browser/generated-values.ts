/**
 * A seeded generator of data values, run in the page. Beside each value it builds what must arrive, by the rules of the
 * interface's value table and not by the product's code; and it can spoil the value afterwards, in every place.
 *
 * Each function below runs in the page by itself: it may use nothing of this module, only what the ones before it set there.
 */

/** A value, and what must arrive of it. */
export type Pair = [value: unknown, expected: unknown];

/** What one generation shares. */
export interface Source {
  /** A number of 0 ≤ n < 1. */
  random(): number;
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
  /** What changes the value beyond recognition: one function for each place that can change. */
  spoilers: (() => void)[];
}

declare global {
  interface Window {
    /** Set by the test before the others. */
    mulberry32(seed: number): () => number;
    /** `addSource`: the same seed gives the same values. */
    sourceOf(seed: number): Source;
    /** `addLeaves`: a value that holds no others. */
    leaf(source: Source): Pair;
    /** `addTrees`: a value that holds others. */
    tree(source: Source): Pair;
  }
}

/** Sets `window.sourceOf`. */
export function addSource(): void {
  window.sourceOf = (seed) => {
    const random = window.mulberry32(Math.imul(seed + 1, 0x9e3779b1));
    const below = (bound: number): number => Math.floor(random() * bound);
    return { random, below, pick: (list) => list[below(list.length)] as (typeof list)[number], spoilers: [] };
  };
}

/** Sets `window.leaf`: every row of the value table that holds no other value. */
export function addLeaves(): void {
  const PLAIN = ["", "plain", "ünï", "日本", "🌲🪵", "x".repeat(300)];
  const WORDS = [...PLAIN, 'a"b\\c', "tab\tnew\nline", "\u0000\u001f\u007f", "\u2028\u202e"];

  window.leaf = ({ random, below, pick, spoilers }) => {
    const text = pick(WORDS) + pick(WORDS);
    const whole = pick([below(100), -below(100_000), Number.MAX_SAFE_INTEGER - below(9)]);
    const number = pick([whole, random() * 1e6, random() * 10 ** (below(600) - 300)]);
    const big = BigInt(below(2 ** 30)) ** BigInt(below(8)) * (random() < 0.5 ? -1n : 1n);
    const time = new Date(below(4e12));
    const bytes = new Uint8Array([below(256), 255]);
    const chosen = pick<Pair>([
      [text, text],
      [`${text}\ud800`, `${text}\ufffd`],
      [number, number === 0 ? 0 : number], // JSON has one zero
      [NaN, "NaN"],
      [-Infinity, "-Infinity"],
      [true, true],
      [null, null],
      [big, big.toString()],
      [time, time.toISOString()],
      [bytes, [...bytes]],
    ]);
    spoilers.push(() => time.setTime(0), () => bytes.fill(7));
    return chosen;
  };
}

/** Sets `window.tree`: objects, arrays, maps and sets of leaves and trees, seven levels deep at most. */
export function addTrees(): void {
  const KEYS = ["", "a b", "0", "-1", "ünï", "🌲", "__proto__", "constructor", "toString", "then", "k\u0000"];
  const DEPTH_MAX = 7;

  const node = (source: Source, depth: number): Pair => {
    const kind = depth >= DEPTH_MAX ? 1 : source.random();
    if (kind < 0.2) return list(source, depth);
    if (kind < 0.25) return set(source, depth);
    if (kind < 0.5) return object(source, depth, kind < 0.3);
    return window.leaf(source);
  };

  const list = (source: Source, depth: number): Pair => {
    const parts = Array.from({ length: source.below(5) }, () => node(source, depth + 1));
    if (source.random() < 0.2) parts.push([undefined, null]);
    const value = parts.map((part) => part[0]);
    source.spoilers.push(() => value.splice(0, value.length, "spoilt"));
    return [value, parts.map((part) => part[1])];
  };

  const set = (source: Source, depth: number): Pair => {
    // Pairs, so that no two members are equal and the set has as many as were made.
    const parts = Array.from({ length: source.below(4) }, (_, index): [number, Pair] => [index, node(source, depth + 2)]);
    const value = new Set(parts.map(([index, part]) => [index, part[0]]));
    source.spoilers.push(() => value.clear());
    return [value, parts.map(([index, part]) => [index, part[1]])];
  };

  const object = (source: Source, depth: number, asMap: boolean): Pair => {
    const map = new Map<string, unknown>();
    const expected = Object.create(null) as Record<string, unknown>;
    for (let count = source.below(6); count > 0; count -= 1) {
      const key = source.random() < 0.3 ? source.pick(KEYS) : `k${source.below(1000)}`;
      const [value, wanted] = node(source, depth + 1);
      map.set(key, value);
      expected[key] = wanted;
    }
    if (asMap) {
      source.spoilers.push(() => map.clear(), () => map.set("spoilt", true));
      return [map, expected];
    }
    // `fromEntries` defines; an assignment to `__proto__` would not.
    const value = Object.fromEntries(map) as Record<string, unknown>;
    if (source.random() < 0.2) value["leftOut"] = undefined;
    source.spoilers.push(() => {
      for (const key of Object.keys(value)) Reflect.deleteProperty(value, key);
      value["spoilt"] = true;
    });
    return [value, expected];
  };

  window.tree = (source) => object(source, 0, false);
}
