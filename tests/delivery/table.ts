/**
 * The table of scenarios that the simulator and the real browsers share, `tests/scenarios/delivery.json`: its types, and the
 * behaviours of a server that its rows mean. A word that is not known here is an error, not something to skip.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answer, type Behaviour, cut, cutAnswer, hang, keep } from "../support/behaviours.js";
import { decodeBody } from "../support/decode.js";
import type { Ledger } from "../support/ledger.js";
import type { PlainOptions } from "../support/page.js";
import { root } from "../support/paths.js";

export interface Scenario {
  name: string;
  options: Partial<PlainOptions>;
  server?: Row[];
  steps: Step[];
  expect: Expectation;
}

/** What becomes of one request. */
export interface Row {
  status?: number;
  retryAfter?: number;
  retryAfterDateMs?: number;
  hang?: boolean;
  reset?: boolean;
  cut?: boolean;
  delayMs?: number;
  store?: boolean;
}

export interface Step {
  log?: number;
  bytes?: number;
  level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  wait?: number;
  flush?: number;
  arrive?: number;
  request?: number;
  requests?: number;
  withinMs?: number;
  server?: "gone" | "back";
  network?: "offline" | "online";
  page?: "hide" | "show";
  leave?: "close" | "navigate" | "reload" | "kill";
  visit?: boolean;
}

export interface Expectation {
  accepted: number;
  arrived?: number;
  dropped?: Record<string, number>;
  requests?: [number, number];
  inOrder?: boolean;
  timestamps?: boolean;
  settled?: { delivered: number; pending: number; dropped: number }[];
  sumCloses?: boolean;
}

const WORDS = {
  scenario: ["name", "options", "server", "steps", "expect"],
  row: ["status", "retryAfter", "retryAfterDateMs", "hang", "reset", "cut", "delayMs", "store"],
  step: ["log", "bytes", "level", "wait", "flush", "arrive", "request", "requests", "withinMs", "server", "network", "page", "leave", "visit"],
  expect: ["accepted", "arrived", "dropped", "requests", "inOrder", "timestamps", "settled", "sumCloses"],
};

/** The scenarios of the table. */
export function readScenarios(): Scenario[] {
  const scenarios = JSON.parse(readFileSync(join(root, "tests/scenarios/delivery.json"), "utf8")) as Scenario[];
  for (const scenario of scenarios) {
    known(scenario, WORDS.scenario);
    scenario.server?.forEach((row) => known(row, WORDS.row));
    scenario.steps.forEach((step) => known(step, WORDS.step));
    known(scenario.expect, WORDS.expect);
  }
  return scenarios;
}

/** Whether a scenario has the browser die. */
export const kills = (scenario: Scenario): boolean => scenario.steps.some((step) => step.leave === "kill");

/** Whether a scenario loads a page where nothing can be reached. */
export const loadsOffline = ({ steps }: Scenario): boolean =>
  steps.some((step) => step.network === "offline") && steps.some((step) => step.leave === "reload");

function known(part: object, words: readonly string[]): void {
  const stranger = Object.keys(part).find((word) => !words.includes(word));
  if (stranger !== undefined) throw new Error(`the table says "${stranger}", which this runner does not know`);
}

/** What a server does with a request that the row is for. */
export function behaviourOf(row: Row, ledger: Ledger): Behaviour {
  const status = row.status ?? 200;
  const silent = row.hang === true || row.reset === true;
  const stores = row.store ?? (!silent && status >= 200 && status < 300);
  const respond = responseOf(row, status, ledger);
  return async (exchange) => {
    // `keep` enters the batch itself, because its answer says what was new.
    if (stores && respond.enters !== true) ledger.take(decodeBody(exchange.body));
    if (row.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, row.delayMs));
    await respond.run(exchange);
  };
}

function responseOf(row: Row, status: number, ledger: Ledger): { run: Behaviour; enters?: true } {
  if (row.hang) return { run: hang() };
  if (row.reset) return { run: cut() };
  if (row.cut) return { run: cutAnswer(status) };
  if (status === 200 && row.store !== false) return { run: keep(ledger), enters: true };
  const headers = (): Record<string, string> => {
    if (row.retryAfter !== undefined) return { "retry-after": String(row.retryAfter) };
    if (row.retryAfterDateMs === undefined) return {};
    return { "retry-after": new Date(Date.now() + row.retryAfterDateMs).toUTCString() };
  };
  return { run: (exchange) => answer(status, {}, headers())(exchange) };
}
