/**
 * A page whose script is ended in the midst of an event, as Firefox does when the last tab of a process is closed: nothing is caught,
 * no `finally` is reached. `vm` ends scripts in the same way.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import vm from "node:vm";
import { transform } from "esbuild";
import { decodeBody } from "../../support/decode.js";
import { packageEntry } from "../../support/paths.js";

/** Longer than anything here takes that is not stuck. */
const STUCK_MS = 1_000;
/** Entries that the core has when the page is left; one more is on the tape. */
export const WITH_CORE = 10;
/** In the page: what it needs of a browser, functions that get stuck at the call that `hang` names, and events. */
const PAGE = `
  var listeners = [], sent = [], hang = "", calls = {};
  const stuck = (name) => {
    calls[name] = (calls[name] || 0) + 1;
    if (hang === name + " " + calls[name]) for (;;);
  };
  const on = (type, fn) => void listeners.push([type, fn]);
  const off = (type, fn) => void (listeners = listeners.filter(([other, old]) => other !== type || old !== fn));
  var addEventListener = on, removeEventListener = off;
  var document = { addEventListener: on, removeEventListener: off, visibilityState: "visible", hidden: false };
  var location = { href: "http://page.test/", origin: "http://page.test", host: "page.test" };
  var performance = { now: () => (stuck("clock"), now()) };
  var setTimeout = () => 0, clearTimeout = () => {};
  var fetch = (url, { body }) => {
    stuck("unsent");
    sent.push(text(body));
    stuck("sent");
    return new Promise(() => {});
  };
  var dispatch = (type, isTrusted = true) => {
    document.hidden = true;
    document.visibilityState = "hidden";
    for (const [other, fn] of listeners) if (other === type) fn({ type, isTrusted });
  };
  var leave = (where) => {
    calls = {};
    hang = where;
    dispatch("pagehide");
  };
`;

export interface Sent {
  batch: { id: string; dropped?: Record<string, number> };
  logs: { seq: number; message: string }[];
}

/** A page with a logger that has `entries`, the last of them on its tape; `cold`: all, and the core has not been started. */
export async function open({ firefox = true, cold = false, entries = WITH_CORE + 1, options = {} } = {}) {
  const source = await readFile(packageEntry, "utf8");
  const { code } = await transform(source, { format: "iife", globalName: "sapwood" });
  const { crypto, URL, TextEncoder, TextDecoder, AbortSignal, structuredClone, Request, atob } = globalThis;
  const page = vm.createContext({
    ...{ crypto, URL, TextEncoder, TextDecoder, AbortSignal, structuredClone, Request, atob },
    now: () => performance.now(),
    text: (body: Uint8Array) => Buffer.from(body).toString("latin1"),
    ...(firefox && { InternalError: Error }),
  });
  const run = (script: string, timeout = STUCK_MS): unknown => vm.runInContext(script, page, { timeout });
  // The core's instance, and how many there were, as the test sees it.
  run(`var core, instances = 0, Instance = WebAssembly.Instance;
    WebAssembly.Instance = function (...all) { instances++; return (core = Reflect.construct(Instance, all)); }`);
  const given = JSON.stringify({ source: "shop", environment: "test", endpoint: "/v1/logs", ...options });
  run(`${PAGE}${code}; var log = sapwood.createLogger(${given})`);
  if (!cold) await (run("log.flush()") as Promise<unknown>);
  for (let index = 1; index < entries; index += 1) run(`log.info("m")`);
  // Hands over, and changes nothing.
  if (!cold) run(`log.setConsent("granted")`);
  if (entries) run(`log.info("m")`);
  return {
    run,
    /** Leaves the page, whose first event gets stuck there and is ended. */
    end: (where: string) => assert.throws(() => run(`leave("${where}")`), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" }),
    sent: () => Array.from(run("sent") as string[], (body) => decodeBody(Buffer.from(body, "latin1")) as unknown as Sent),
  };
}

/** Each id names one list of entries, and each entry has come. */
export function assertAll(sent: readonly Sent[], count: number): void {
  const texts = new Map<string, string>();
  for (const { batch, logs } of sent) {
    assert.equal(texts.get(batch.id) ?? JSON.stringify(logs), JSON.stringify(logs), "an id names other entries");
    texts.set(batch.id, JSON.stringify(logs));
  }
  const seqs = [...new Set(sent.flatMap(({ logs }) => logs.map(({ seq }) => seq)))].sort((a, b) => a - b);
  assert.deepEqual(seqs, Array.from({ length: count }, (_, index) => index + 1));
}
