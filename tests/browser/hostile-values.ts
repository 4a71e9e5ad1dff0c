/**
 * Values that have broken loggers, made in the page. Each function below runs there by itself: it may use nothing of this
 * module. It adds makers to `window.hostile`; a maker gets the round's number and returns a value, a new one each time.
 */

declare global {
  interface Window {
    hostile: ((round: number) => unknown)[];
  }
}

/** Getters, proxies and conversions that throw, lie, log, or never end. */
export function addTraps(): void {
  const boom = (): never => {
    throw new Error("boom");
  };
  const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, boom])) as ProxyHandler<object>;
  const revoked = (target: object): unknown => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  class Bottomless {
    get deeper(): Bottomless {
      return new Bottomless();
    }
  }
  window.hostile.push(
    () => ({ before: 1, get bad() { return boom(); }, after: 2 }),
    () => ({ get bad(): never { throw { get message() { return boom(); } }; } }),
    () => ({ get bad(): never { throw undefined; } }),
    (round) => ({ get talks() { window.log.debug("from a getter", { round }); return round; } }),
    (round) => ({ get flushes() { void window.log.flush(); return round; } }),
    () => ({ toJSON: boom }),
    () => ({ toJSON() { return this; } }),
    () => ({ toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom }),
    () => new Proxy({}, traps),
    () => new Proxy([], traps),
    () => new Proxy(() => {}, traps),
    () => new Proxy(new Error("proxied"), traps),
    () => ({ inside: [new Proxy({ a: 1 }, traps)] }),
    () => revoked({}),
    () => revoked([]),
    () => revoked(() => {}),
    () => ({ inside: revoked({}) }),
    () => new Proxy({}, { ownKeys: () => Array.from({ length: 20_000 }, (_, index) => `key${index}`) }),
    () => new Proxy([], { get: (target, key) => (key === "length" ? 4_294_967_295 : Reflect.get(target, key)) }),
    () => new Proxy({}, { get: () => boom(), has: () => true, getPrototypeOf: () => Error.prototype }),
    () => new Bottomless(),
    () => { const list: unknown[] = []; Object.defineProperty(list, 0, { get: () => list.push(1), enumerable: true }); return list; },
    () => { const shrinking: Record<string, unknown> = { get a() { delete shrinking["b"]; return 1; }, b: 2 }; return shrinking; },
    () => Object.defineProperty(() => {}, "name", { get: boom }),
    () => Object.create({ get inherited() { return boom(); } }),
    () => new (class { static get [Symbol.hasInstance]() { return boom(); } get x() { return boom(); } })(),
    () => ({ get [Symbol.toStringTag]() { return boom(); }, get constructor() { return boom(); } }),
    () => ({ then: boom }),
    () => ({ get then() { return boom(); } }),
    () => () => boom(),
    () => async () => boom(),
  );
}

/** Errors that are not what they seem. */
export function addErrors(): void {
  const boom = (): never => {
    throw new Error("boom");
  };
  window.hostile.push(
    () => Object.defineProperty(new Error("a"), "stack", { get: boom }),
    () => Object.defineProperty(new Error("b"), "message", { get: boom }),
    () => Object.defineProperty(new Error("c"), "cause", { get: boom }),
    () => Object.defineProperty(new Error("d"), "name", { get: boom }),
    () => Object.assign(new Error("e"), { name: Symbol("name"), stack: 7, message: { not: "text" } }),
    () => { const error = new Error("own cause"); error.cause = error; return error; },
    () => { let error = new Error("innermost"); for (let depth = 0; depth < 1000; depth += 1) error = new Error(`at ${depth}`, { cause: error }); return error; },
    () => { const error = new AggregateError([], "own part"); error.errors.push(error); return error; },
    () => new AggregateError(Array.from({ length: 5000 }, (_, index) => new Error(`part ${index}`)), "many"),
    () => Object.assign(new AggregateError([], "lies"), { errors: "no list" }),
    () => Object.setPrototypeOf({ message: "no error" }, Error.prototype) as unknown,
    () => new DOMException("gone", "AbortError"),
    () => Object.assign(new Error("x".repeat(200_000)), { stack: "y".repeat(1_000_000) }),
  );
}

/** Shapes: cycles, depth, size, strange keys and prototypes. */
export function addShapes(): void {
  const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = "innermost";
    for (let level = 0; level < depth; level += 1) value = wrap(value);
    return value;
  };
  window.hostile.push(
    () => { const cycle: Record<string, unknown> = { name: "cycle" }; cycle["self"] = cycle; return cycle; },
    () => { const list: unknown[] = [1]; list.push(list, [list]); return list; },
    () => { const map = new Map<unknown, unknown>(); map.set(map, map).set("set", new Set([map])); return map; },
    () => nest(1000, (inner) => ({ inner })),
    () => nest(1000, (inner) => [inner]),
    () => nest(1000, (inner) => new Map([["inner", inner]])),
    () => nest(200, (inner) => [inner, inner]),
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":2}') as unknown,
    () => Object.assign(Object.create(null) as object, { bare: true, ["__proto__"]: 1 }),
    (round) => { const wide: Record<string, number> = {}; for (let i = 0; i < 3000; i += 1) wide[`k${i}`] = i; for (let i = 0; i < 1500; i += 1) delete wide[`k${i * 2}`]; wide["round"] = round; return wide; },
    () => new Array(4_294_967_295) as unknown,
    () => Object.assign([1, 2, 3], { extra: "property", "-1": 0 }),
    () => { const sparse: unknown[] = []; sparse[1_000_000] = "far"; return sparse; },
    () => ({ length: 1e9, 0: "array-like" }),
    () => new Array(100_000).fill(0) as unknown,
    () => Object.freeze({ frozen: Object.freeze([1]) }),
    () => ({ ["\u0000\u001b[31m\u202e"]: "\u0000\u001b[2J\u202e", "": "", [" "]: 1 }),
    () => ({ ["k".repeat(100_000)]: 1 }),
    () => ({ [Symbol("key")]: 1, named: Symbol("value"), [Symbol.iterator]: null }),
    () => arguments,
  );
}

/** Text and numbers at the edge of what encodings can say. */
export function addText(): void {
  window.hostile.push(
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
    () => Object.assign(new Date(), { toISOString() { throw new Error("boom"); } }),
    () => new Date(8.64e15),
    () => Symbol("a symbol"),
    () => undefined,
    () => null,
  );
}

/** What platforms give: buffers, nodes, windows, and things that are no data at all. */
export function addPlatform(): void {
  const detached = (): Uint8Array => {
    const bytes = new Uint8Array(16);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  };
  window.hostile.push(
    () => window,
    () => document,
    () => document.body,
    () => (document as unknown as { all: unknown }).all,
    () => document.querySelectorAll("*"),
    () => document.createRange(),
    () => new Event("click"),
    () => globalThis.navigator,
    () => localStorage,
    () => { const frame = document.createElement("iframe"); document.body.append(frame); const inner = frame.contentWindow; frame.remove(); return inner; },
    detached,
    () => new DataView(new ArrayBuffer(8)),
    () => new ArrayBuffer(10_000_000),
    () => new Float64Array([NaN, Infinity, -0, 1.5]),
    () => new BigInt64Array([-1n, 2n]),
    () => new Uint8Array(1_000_000),
    () => new WeakMap(),
    () => Promise.reject(new Error("handled below")).catch(() => {}),
    () => (function* () { yield 1; })(),
    () => Reflect,
    () => Math,
    () => new Intl.DateTimeFormat("en"),
    () => new URL("https://user:word@example.test/?q=1#f"),
    () => new Headers({ authorization: "Bearer x" }),
    () => new FormData(document.forms[0]),
    () => /a+/gi,
    () => WebAssembly,
  );
}
