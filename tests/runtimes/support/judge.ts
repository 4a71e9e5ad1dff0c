/**
 * What the scenarios must have come to, in every runtime: their outcomes, and what arrived. Each judgement is a cell of the README's
 * table, whose rows are listed in `rows.json`; `cargo xtask runtimes` collects them.
 */
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { answer, type Behaviour } from "../../support/behaviours.js";
import type { Body, Entry } from "../../support/protocol.js";
import rows from "../rows.json";
import type { Outcomes } from "../scenarios/scenarios.js";

type Judge = (outcome: unknown, entries: readonly Entry[]) => void;

/** A row of the table. */
export type Runtime = keyof typeof rows;

/** Where the scenarios send to. */
export interface Sink {
  readonly received: readonly Body[];
  reset(): void;
  script(...behaviours: Behaviour[]): void;
}

/** How the receiver has to be set before a run. */
export function prepare(receiver: Sink): void {
  receiver.reset();
  receiver.script(answer(503));
}

const messages = (entries: readonly Entry[]): unknown[] => entries.map(({ message }) => message);

function judges(core: string): Record<string, Judge> {
  return {
    retry(outcome, entries) {
      assert.deepEqual(outcome, { delivered: 1, lastStatus: 200 });
      // Both attempts.
      assert.deepEqual(messages(entries), ["again", "again"]);
    },
    levels(outcome, entries) {
      assert.deepEqual(outcome, [false, true]);
      assert.deepEqual(entries.map(({ level, message }) => [level, message]), [["info", "i"], ["warn", "w"], ["error", "e"], ["fatal", "f"]]);
    },
    context(_, [child, inside, outside]) {
      assert.deepEqual([child?.userId, child?.context], ["u1", { app: { name: "shop", version: 2 } }]);
      assert.deepEqual([inside?.message, inside?.context?.["job"]], ["inside", 7]);
      assert.deepEqual([outside?.message, outside?.context], ["outside", { app: { name: "shop", version: 1 } }]);
    },
    flow(outcome, entries) {
      assert.equal(outcome, true);
      assert.deepEqual(entries.map(({ stepIndex }) => stepIndex), [0, 1, 2]);
      assert.equal(new Set(entries.map(({ flowId }) => flowId)).size, 1);
      assert.equal((entries[2]?.["flow"] as { outcome?: string }).outcome, "ok");
    },
    error(_, [entry]) {
      assert.deepEqual([entry?.errorName, (entry?.data as { message?: string }).message], ["TypeError", "declined"]);
      assert.match(String(entry?.errorStack), /TypeError|@|at /);
    },
    outcome(outcome) {
      assert.deepEqual(outcome, { delivered: 2, pending: 0, dropped: 0, lastStatus: 200, core });
    },
    close(outcome, entries) {
      assert.deepEqual(outcome, { delivered: 1, accepted: 2, dropped: { closed: 1 } });
      assert.deepEqual(messages(entries), ["last"]);
    },
    hostile(outcome, entries) {
      const { delivered, expected } = outcome as { delivered: number; expected: number };
      assert.deepEqual([delivered, entries.length], [expected, expected]);
    },
  };
}

/** Judges a run, each scenario in a test of its own, and notes how it ended. */
export async function judgeAll(t: TestContext, runtime: Runtime, outcomes: Outcomes, { received }: Sink, core = "wasm"): Promise<void> {
  const bodies = [...received];
  for (const scenario of NAMES) {
    await t.test(scenario, () => {
      let passed = false;
      try {
        judge(scenario, outcomes, bodies, core);
        passed = true;
      } finally {
        note({ runtime, scenario, passed });
      }
    });
  }
}

/** Leaves a line for whoever puts the table together. */
function note(cell: object): void {
  const file = process.env["SAPWOOD_SCENARIOS"];
  if (file) appendFileSync(file, `${JSON.stringify(cell)}\n`);
}

/** Judges one scenario of a run. */
export function judge(name: string, outcomes: Outcomes, received: readonly Body[], core = "wasm"): void {
  const entries = received.filter(({ batch }) => batch.resource["source"] === name).flatMap(({ logs }) => logs);
  judges(core)[name]!(outcomes[name], entries);
}

/** The names, in order. */
export const NAMES: readonly string[] = Object.keys(judges(""));
