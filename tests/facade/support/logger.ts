/** Loggers over a fake core. */

import assert from "node:assert/strict";
import { after } from "node:test";
import { create } from "../../../js/src/create.js";
import type { SapwoodError } from "../../../js/src/error.js";
import type { RootLogger } from "../../../js/src/root.js";
import type { LoggerOptions } from "../../../js/src/types.js";
import type { Received } from "./boundary.js";
import { type FakeCore, FakeModule } from "./core.js";

export { mulberry32 as random } from "../../support/random.js";
export { assertCloses } from "../../support/stats.js";

export interface Rig {
  log: RootLogger;
  module: FakeModule;
  /** Hands over what is on the tape; the fake core. */
  core(): FakeCore;
  /** The entries so far. */
  entries(): Received[];
}

const started: [log: RootLogger, module: FakeModule][] = [];

// What a test leaves behind must not keep the process: timers, and flushes that nobody has answered.
after(() => {
  for (const [log, module] of started) {
    void log.close();
    module.cores.forEach((core) => core.settleAll());
  }
});

export const ENDPOINT = "https://logs.example.com/v1/logs";

/** A logger with the options that a test does not care about, its problems thrown at the test. */
export function rig(options: Partial<LoggerOptions> = {}, module = new FakeModule()): Rig {
  // What a test does not expect is shown: what user code throws is swallowed by the logger.
  const onError = (error: SapwoodError): void => console.error("onError:", error);
  const log = create({ source: "shop", environment: "test", endpoint: ENDPOINT, onError, ...options }, module);
  started.push([log, module]);
  const core = (): FakeCore => {
    void log.flush();
    return module.core;
  };
  return { log, module, core, entries: () => core().entries };
}

/** What becomes of `data` on its way. */
export function across(data: unknown, options: Partial<LoggerOptions> = {}): unknown {
  return entryOf(data, options)["data"];
}

/** The fields of an entry with `data`. */
export function entryOf(data: unknown, options: Partial<LoggerOptions> = {}): Record<string, unknown> {
  const { log, entries } = rig(options);
  log.info("m", data);
  const all = entries();
  assert.equal(all.length, 1);
  return all[0]!.fields;
}

/** Waits, task by task, until `condition` holds; at most `ms`. */
export async function until(condition: () => boolean, ms = 2000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    assert.ok(Date.now() < end, `not so within ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
