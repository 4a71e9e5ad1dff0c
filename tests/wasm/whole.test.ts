/**
 * A page whose script is ended in the midst of an event, as Firefox does when the last tab of a process is closed: nothing is caught,
 * no `finally` is reached. `vm` ends scripts in the same way. The page's second event brings what the first one left half done.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";
import { transform } from "esbuild";
import { packageEntry } from "../support/paths.js";

/** Longer than anything here takes that is not stuck. */
const STUCK_MS = 1_000;
/** Entries that the core has when the page is left; one more is on the tape. */
const WITH_CORE = 10;
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

interface Sent {
  batch: { id: string };
  logs: { seq: number }[];
}

/** A page with a logger that has entries, one of them on its tape; `cold`: all, and the core has not been started. */
async function open({ firefox = true, cold = false } = {}) {
  const source = await readFile(packageEntry, "utf8");
  const { code } = await transform(source, { format: "iife", globalName: "sapwood" });
  const { crypto, URL, TextEncoder, TextDecoder, AbortSignal, structuredClone, Request, atob } = globalThis;
  const page = vm.createContext({
    ...{ crypto, URL, TextEncoder, TextDecoder, AbortSignal, structuredClone, Request, atob },
    now: () => performance.now(),
    text: (body: Uint8Array) => Buffer.from(body).toString(),
    ...(firefox && { InternalError: Error }),
  });
  const run = (script: string): unknown => vm.runInContext(script, page, { timeout: STUCK_MS });
  run(`${PAGE}${code}; var log = sapwood.createLogger({ source: "shop", environment: "test", endpoint: "/v1/logs" })`);
  if (!cold) await (run("log.flush()") as Promise<unknown>);
  for (let index = 0; index < WITH_CORE; index += 1) run(`log.info("m")`);
  // Hands over, and changes nothing.
  if (!cold) run(`log.setConsent("granted")`);
  run(`log.info("m")`);
  return {
    run,
    /** Leaves the page, whose first event gets stuck there and is ended. */
    end: (where: string) => assert.throws(() => run(`leave("${where}")`), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" }),
    sent: () => Array.from(run("sent") as string[], (body) => JSON.parse(body) as Sent),
  };
}

/** Each id names one list of entries, and each entry has come. */
function assertAll(sent: readonly Sent[], count: number): void {
  const texts = new Map<string, string>();
  for (const { batch, logs } of sent) {
    assert.equal(texts.get(batch.id) ?? JSON.stringify(logs), JSON.stringify(logs), "an id names other entries");
    texts.set(batch.id, JSON.stringify(logs));
  }
  const seqs = [...new Set(sent.flatMap(({ logs }) => logs.map(({ seq }) => seq)))].sort((a, b) => a - b);
  assert.deepEqual(seqs, Array.from({ length: count }, (_, index) => index + 1));
}

for (const cold of [false, true]) {
  const core = cold ? "a core that starts for it" : "a core that runs";
  // On the way to the core, with the core, between the core and the network, and when the request is on its way.
  for (const where of ["clock 1", "clock 2", "clock 3", "unsent 1", "sent 1"]) {
    test(`${core}: ended in the midst of the first event (${where}), all goes with the second`, async () => {
      const page = await open({ cold });
      page.end(where);
      page.run(`dispatch("visibilitychange")`);
      assertAll(page.sent(), WITH_CORE + 1);
    });
  }
}

test("a hand-over that was ended before the page is left is done when it is", async () => {
  const page = await open();
  page.run(`calls = {}; hang = "clock 1"`);
  assert.throws(() => page.run(`log.setConsent("granted")`), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" });
  page.run(`leave(""), dispatch("visibilitychange")`);
  assertAll(page.sent(), WITH_CORE + 1);
});

test("what was logged in between is no part of a batch that may have been sent", async () => {
  const page = await open();
  page.end("sent 1");
  page.run(`log.info("m"), dispatch("visibilitychange")`);
  assert.equal(new Set(page.sent().map(({ batch }) => batch.id)).size, 2);
  assertAll(page.sent(), WITH_CORE + 2);
});

test("what came to its end is not done again, and neither is what goes on", async () => {
  for (const firefox of [true, false]) {
    const page = await open({ firefox });
    // A page that logs, and dispatches an event, in a function of its own that the logger calls.
    page.run(`var plain = fetch; fetch = (...all) => {
      fetch = plain;
      log.info("m");
      dispatch("visibilitychange", false);
      return plain(...all);
    }`);
    page.run(`leave(""), dispatch("visibilitychange")`);
    const seqs = page.sent().flatMap(({ logs }) => logs.map(({ seq }) => seq));
    assert.deepEqual(seqs.sort((a, b) => a - b), Array.from({ length: WITH_CORE + 2 }, (_, index) => index + 1));
    assert.equal(page.run("log.stats().core"), "wasm", "nothing trapped");
  }
});
