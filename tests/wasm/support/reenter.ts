/** Cores that are called while they are being served, and the proof that nothing was lost or sent twice. */
import assert from "node:assert/strict";
import { STAT_ACCEPTED, STAT_DELIVERED } from "../../../js/src/protocol.js";
import type { Receiver } from "./receiver.js";
import { waitFor } from "../../support/wait.js";
import { Core, flushed } from "./core.js";
import { entry } from "./record.js";
import { WAKE } from "./signals.js";

/** So often a replaced function calls back in; without a bound the logging of logging would never end. */
export const CALLS = 20;

/** A core, and what a replaced function does with it: it logs, flushes and asks for the counters, `CALLS` times in all. */
export function inside(server: Receiver, batchSize = 100): { core: Core; call: () => void } {
  const core = new Core(server.endpoint, { batchSize });
  let calls = 0;
  const call = (): void => {
    if (calls >= CALLS) return;
    calls++;
    core.records(entry(1000 + calls));
    core.flush();
    core.assertSound();
    core.receive(WAKE);
  };
  return { core, call };
}

/** Every entry that was logged has arrived, once. */
export async function assertDelivered(server: Receiver, core: Core, expected: number): Promise<void> {
  await waitFor("everything to be delivered", async () => {
    await flushed(core);
    return core.stat(STAT_DELIVERED) === core.stat(STAT_ACCEPTED) && core.stat(STAT_DELIVERED) === expected;
  });
  const seqs = server.received.flatMap(({ logs }) => logs.map(({ seq }) => seq));
  assert.equal(new Set(seqs).size, expected, `${seqs}`);
  assert.equal(seqs.length, expected, `${seqs}`);
  assert.equal(new Set(server.received.map(({ batch }) => batch.id)).size, server.received.length);
  assert.deepEqual(core.problems(), []);
  core.assertSound();
}
