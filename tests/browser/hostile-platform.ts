/** More of `hostile-values.ts`: what platforms give, which is mostly no data at all. Runs in the page, in the same way. */
import "./hostile-values.js";

/** Buffers, nodes, windows, and objects with a life of their own. */
export function addPlatform(): void {
  const detached = (): Uint8Array => {
    const bytes = new Uint8Array(16);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  };
  const deadWindow = (): unknown => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const inner = frame.contentWindow;
    frame.remove();
    return inner;
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
    deadWindow,
    detached,
    () => new DataView(new ArrayBuffer(8)),
    () => new ArrayBuffer(10_000_000),
    () => new Float64Array([NaN, Infinity, -0, 1.5]),
    () => new BigInt64Array([-1n, 2n]),
    () => new Uint8Array(1_000_000),
    () => new WeakMap(),
    () => Promise.resolve(1),
    () => (function* () { yield 1; })(),
    () => Reflect,
    () => Math,
    () => WebAssembly,
    () => new Intl.DateTimeFormat("en"),
    () => new URL("https://user:word@example.test/?q=1#f"),
    () => new Headers({ authorization: "Bearer x" }),
    () => new FormData(document.forms[0]),
    () => /a+/gi,
  );
}
