/**
 * A real core, called as the façade calls it: numbers and one buffer. Owns the one instance of the module in this process, and the
 * record of what a core calls back. Invariant: what a callback of ours throws fails the test (`Core.traps`), it is not swallowed.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NOTIFY_DROPPED, NOTIFY_PROBLEM, NOTIFY_SETTLED, PROBLEMS } from "../../../js/src/protocol.js";
import * as exported from "../../../js/generated/sapwood.js";
import { root } from "../../support/paths.js";
import { waitFor } from "../../support/wait.js";
import { configuration, type RawConfig } from "./record.js";

export const bytes = readFileSync(join(root, "js/generated/sapwood_bg.wasm"));
export const { memory } = exported.initSync({ module: new WebAssembly.Module(bytes) });
export const { reserve, merge, start, receive, stat } = exported;

/** The bytes of the input buffer, from its beginning. The view lives until the memory grows. */
export function input(length: number): Uint8Array {
  // First the address: the memory may grow for it.
  const at = reserve(length);
  return new Uint8Array(memory.buffer, at, length);
}

/** Writes to the beginning of the input buffer; the length. */
export function write(...parts: readonly Uint8Array[]): number {
  const whole = Buffer.concat(parts);
  input(whole.length).set(whole);
  return whole.length;
}

/** How a flush ended. */
export interface Settled {
  token: number;
  delivered: number;
  pending: number;
  dropped: number;
  lastStatus: number;
}

/** What a test may put in the place of the usual. */
export interface Wiring {
  init?: object;
  simpleInit?: object;
  drain?: (core: Core) => void;
  notify?: (core: Core, numbers: number[]) => void;
}

export class Core {
  /** Its number: what the exported functions know it by. */
  readonly number: number;
  /** What `notify` was called with, in order. */
  readonly notices: number[][] = [];
  /** What `entry` was called with: signal, request, response, value. */
  readonly signals: [signal: number, request: number, response: unknown, value: unknown][] = [];
  /** What `receive` threw: traps. None of them is ever expected. */
  readonly traps: unknown[] = [];
  drains = 0;
  #tokens = 0;

  constructor(url: string, config: Partial<RawConfig> = {}, wiring: Wiring = {}) {
    const common = { method: "POST", redirect: "error", credentials: "same-origin" };
    const init = { ...common, headers: { "Content-Type": "application/json", "X-API-Key": "raw-key" }, ...wiring.init };
    const simpleInit = { ...common, headers: { "Content-Type": "text/plain" }, ...wiring.simpleInit };
    const notify = (...numbers: number[]): void => {
      this.notices.push(numbers);
      wiring.notify?.(this, numbers);
    };
    const drain = (): void => {
      this.drains++;
      wiring.drain?.(this);
    };
    // The browser passes one more thing on (an event, a value), or none.
    const entry = (signal: number, request: number, response: unknown, value: unknown): void => {
      this.signals.push([signal, request, response, value]);
      this.receive(signal, request, response, value);
    };
    this.number = start(write(configuration(config)), url, init, simpleInit, notify, drain, entry);
    exported.listen(this.number);
  }

  /** Hands over operations. */
  records(...operations: readonly Uint8Array[]): void {
    exported.records(this.number, write(...operations), 0);
  }

  /** What the browser says, by the number of its signal. */
  receive(signal: number, request = 0, response?: unknown, value?: unknown): void {
    try {
      receive(this.number, signal, request, response, value);
    } catch (error) {
      this.traps.push(error);
    }
  }

  /** Asks for a flush; its token. */
  flush(timeoutMs = 10_000, close = false): number {
    exported.flush(this.number, ++this.#tokens, timeoutMs, close);
    return this.#tokens;
  }

  consent(state: number): void {
    exported.consent(this.number, state);
  }

  stat(index: number): number {
    return stat(this.number, index);
  }

  /** How the flush of a token was settled, if it was. */
  settled(token: number): Settled | undefined {
    const [notice, ...more] = this.notices.filter(([kind, subject]) => kind === NOTIFY_SETTLED && subject === token);
    assert.equal(more.length, 0, "a flush settles once");
    if (!notice) return undefined;
    const [, , delivered, pending, dropped, lastStatus] = notice as [number, number, number, number, number, number];
    return { token, delivered, pending, dropped, lastStatus };
  }

  /** The problems reported, by name and status. */
  problems(): (readonly [string | undefined, number | undefined])[] {
    return this.notices.filter(([kind]) => kind === NOTIFY_PROBLEM).map(([, code, status]) => [PROBLEMS[code as number], status]);
  }

  /** The drops told: reason and count. */
  drops(): (readonly [number, number])[] {
    return this.notices.filter(([kind]) => kind === NOTIFY_DROPPED).map(([, reason, count]) => [reason as number, count as number]);
  }

  /** Nothing trapped, and every accepted entry is somewhere (I1). */
  assertSound(): void {
    assert.deepEqual(this.traps, []);
    const [accepted, ...others] = Array.from({ length: 21 }, (_, index) => this.stat(index));
    const sum = others.reduce((total, count) => total + count, 0);
    assert.equal(sum, accepted, `${accepted} accepted, but ${others.join(" + ")}`);
  }
}

/** Flushes; how that was settled. */
export function flushed(core: Core, timeoutMs?: number, close?: boolean): Promise<Settled> {
  const token = core.flush(timeoutMs, close);
  return waitFor("a flush to be settled", () => core.settled(token));
}
