/**
 * Values that have broken loggers, made in the page. Each function below runs there by itself: it may use nothing of this
 * module. It adds makers to `window.hostile`; a maker gets the round's number and returns a value, a new one each time.
 */

declare global {
  interface Window {
    hostile: ((round: number) => unknown)[];
  }
}

/** Getters and conversions that throw, lie, log, or never end. */
export function addGetters(): void {
  const boom = (): never => {
    throw new Error("boom");
  };
  class Bottomless {
    get deeper(): Bottomless {
      return new Bottomless();
    }
  }
  const growing = (): unknown[] => {
    const list: unknown[] = [];
    return Object.defineProperty(list, 0, { get: () => list.push(1), enumerable: true });
  };
  const shrinking = (): unknown => {
    const value: Record<string, unknown> = { b: 2 };
    return Object.defineProperty(value, "a", { get: () => delete value["b"], enumerable: true });
  };
  window.hostile.push(
    () => ({ before: 1, get bad() { return boom(); }, after: 2 }),
    () => ({ get bad(): never { throw { get message() { return boom(); } }; } }),
    () => ({ get bad(): never { throw undefined; } }),
    (round) => ({ get talks() { window.log.debug("from a getter", { round }); return round; } }),
    (round) => ({ get flushes() { void window.log.flush(); return round; } }),
    () => ({ toJSON: boom }),
    () => ({ toJSON() { return this; } }),
    () => ({ toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom }),
    () => new Bottomless(),
    growing,
    shrinking,
    () => Object.create({ get inherited() { return boom(); } }),
    () => new (class { static get [Symbol.hasInstance]() { return boom(); } get x() { return boom(); } })(),
    () => ({ get [Symbol.toStringTag]() { return boom(); }, get constructor() { return boom(); } }),
    () => ({ then: boom }),
    () => ({ get then() { return boom(); } }),
    () => () => boom(),
    () => async () => boom(),
    () => Object.defineProperty(() => {}, "name", { get: boom }),
  );
}

/** Proxies that throw, lie about themselves, or are revoked. */
export function addProxies(): void {
  const boom = (): never => {
    throw new Error("boom");
  };
  const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, boom])) as ProxyHandler<object>;
  const revoked = (target: object): unknown => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  const manyKeys = Array.from({ length: 20_000 }, (_, index) => `key${index}`);
  window.hostile.push(
    () => new Proxy({}, traps),
    () => new Proxy([], traps),
    () => new Proxy(() => {}, traps),
    () => new Proxy(new Error("proxied"), traps),
    () => ({ inside: [new Proxy({ a: 1 }, traps)] }),
    () => revoked({}),
    () => revoked([]),
    () => revoked(() => {}),
    () => ({ inside: revoked({}) }),
    () => new Proxy({}, { ownKeys: () => manyKeys }),
    () => new Proxy([], { get: (target, key) => (key === "length" ? 4_294_967_295 : Reflect.get(target, key)) }),
    () => new Proxy({}, { get: () => boom(), has: () => true, getPrototypeOf: () => Error.prototype }),
  );
}

/** Errors that are not what they seem. */
export function addErrors(): void {
  const boom = (): never => {
    throw new Error("boom");
  };
  const ownCause = (): Error => {
    const error = new Error("own cause");
    error.cause = error;
    return error;
  };
  const ownPart = (): Error => {
    const error = new AggregateError([], "own part");
    error.errors.push(error);
    return error;
  };
  const longChain = (): Error => {
    let error = new Error("innermost");
    for (let depth = 0; depth < 1000; depth += 1) error = new Error(`at ${depth}`, { cause: error });
    return error;
  };
  window.hostile.push(
    () => Object.defineProperty(new Error("a"), "stack", { get: boom }),
    () => Object.defineProperty(new Error("b"), "message", { get: boom }),
    () => Object.defineProperty(new Error("c"), "cause", { get: boom }),
    () => Object.defineProperty(new Error("d"), "name", { get: boom }),
    () => Object.assign(new Error("e"), { name: Symbol("name"), stack: 7, message: { not: "text" } }),
    ownCause,
    ownPart,
    longChain,
    () => new AggregateError(Array.from({ length: 1000 }, (_, index) => new Error(`part ${index}`)), "many"),
    () => Object.assign(new AggregateError([], "lies"), { errors: "no list" }),
    () => Object.setPrototypeOf({ message: "no error" }, Error.prototype) as unknown,
    () => new DOMException("gone", "AbortError"),
    () => Object.assign(new Error("x".repeat(200_000)), { stack: "y".repeat(1_000_000) }),
  );
}

/** Cycles, depth and size. */
export function addShapes(): void {
  const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = "innermost";
    for (let level = 0; level < depth; level += 1) value = wrap(value);
    return value;
  };
  const cycle = (): unknown => {
    const value: Record<string, unknown> = { name: "cycle" };
    value["self"] = value;
    return value;
  };
  const cyclicList = (): unknown => {
    const list: unknown[] = [1];
    list.push(list, [list]);
    return list;
  };
  const cyclicMap = (): unknown => {
    const map = new Map<unknown, unknown>();
    return map.set(map, map).set("set", new Set([map]));
  };
  const dictionaryMode = (round: number): unknown => {
    const wide: Record<string, number> = { round };
    for (let key = 0; key < 3000; key += 1) wide[`k${key}`] = key;
    for (let key = 0; key < 3000; key += 2) Reflect.deleteProperty(wide, `k${key}`);
    return wide;
  };
  window.hostile.push(
    cycle,
    cyclicList,
    cyclicMap,
    dictionaryMode,
    () => nest(1000, (inner) => ({ inner })),
    () => nest(1000, (inner) => [inner]),
    () => nest(1000, (inner) => new Map([["inner", inner]])),
    // Small in memory, and larger than the universe for whoever follows every reference.
    () => nest(200, (inner) => [inner, inner]),
    () => new Map([[nest(200, (inner) => [inner, inner]), 1]]),
    () => new Array(4_294_967_295) as unknown,
    () => Object.assign([], { 1_000_000: "far" }),
    () => Object.assign([1, 2, 3], { extra: "property", "-1": 0 }),
    () => ({ length: 1e9, 0: "array-like" }),
    () => Object.setPrototypeOf({ length: 1e9 }, Array.prototype) as unknown,
    () => new Array(100_000).fill(0) as unknown,
    () => Object.freeze({ frozen: Object.freeze([1]) }),
    () => arguments,
  );
}

/** Strange keys, and text and numbers at the edge of what encodings can say. */
export function addText(): void {
  window.hostile.push(
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}') as unknown,
    () => Object.assign(Object.create(null) as object, { bare: true, ["__proto__"]: 1 }),
    () => ({ ["\u0000\u001b[31m\u202e"]: "\u0000\u001b[2J\u202e", "": "", [" "]: 1 }),
    () => ({ ["k".repeat(100_000)]: 1 }),
    () => ({ [Symbol("key")]: 1, named: Symbol("value"), [Symbol.iterator]: null }),
    () => "\ud800",
    () => ({ lone: "a\udfffb\ud800", "\udc00": "\ud83d" }),
    () => "\u0000\u2028\u2029\ufeff\uffff",
    () => "</script><script>window.polluted = true</script>",
    () => '"]}}],"logs":[{"level":"fatal"',
    () => "%s %d %o {0} {} {__proto__} {constructor.prototype}",
    () => ({ bigs: [10n ** 3000n, -(2n ** 63n), 2n ** 64n] }),
    () => [NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308, 2 ** 53 + 2, -(2 ** 53) - 2],
    () => [Object(1n), Object(Symbol("boxed")), new Number(NaN), new String("\ud800"), new Boolean(false)],
    () => new Date(NaN),
    () => new Date(8.64e15),
    () => Object.assign(new Date(), { toISOString() { throw new Error("boom"); } }),
    () => Symbol("a symbol"),
    () => undefined,
    () => null,
  );
}
