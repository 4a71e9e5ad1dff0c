/**
 * The counters that a user sees.
 *
 * Owns: the sum of the façade's and the core's counters. Does not own: counting.
 * Invariant (I1): accepted = delivered + unconfirmed + buffered + inFlight + stored + Σ dropped, at every moment: an entry that
 * is still being written (user code may look at the counters in the midst of it) is not accepted yet; after a trap what nobody
 * else accounts for is what the core took with it. Tested in `tests/facade/accounting.test.ts` and `reentrancy.test.ts`.
 */

import { run, stat } from "./core.js";
import type { Engine } from "./engine.js";
import { kindOf } from "./page.js";
import {
  DROP_CORE_FAILED,
  DROP_REASONS,
  STAT_BUFFERED,
  STAT_CLOCK_SKEW,
  STAT_DELIVERED,
  STAT_DROPPED,
  STAT_IN_FLIGHT,
  STAT_RECOVERED,
  STAT_STORED,
  STAT_UNCONFIRMED,
} from "./protocol.js";
import type { Stats } from "./types.js";

export function stats(engine: Engine): Stats {
  // A core that cannot be counted has failed.
  run(engine, (module, core) => core && module._stat(core, 0));
  const alive = engine._alive();
  /** What a dead core held is held no more. */
  const held = (index: number): number => (alive ? stat(engine, index) : 0);
  const result: Stats = {
    accepted: engine._accepted,
    delivered: stat(engine, STAT_DELIVERED),
    unconfirmed: stat(engine, STAT_UNCONFIRMED),
    buffered: engine._tapes.length + engine._moving + held(STAT_BUFFERED),
    inFlight: held(STAT_IN_FLIGHT),
    stored: held(STAT_STORED),
    dropped: {},
    core: alive ? kindOf(engine._module) : "none",
  };
  const recovered = stat(engine, STAT_RECOVERED + STAT_DELIVERED);
  if (recovered) result.recovered = recovered;
  const skew = stat(engine, STAT_CLOCK_SKEW);
  if (skew) result.clockSkewMs = skew;
  let rest = result.accepted - result.delivered - result.unconfirmed;
  DROP_REASONS.forEach((reason, i) => {
    let count = engine._drops[i]! + stat(engine, STAT_DROPPED + i);
    if (i === DROP_CORE_FAILED && engine._dead === i) count = rest;
    rest -= count;
    if (count) result.dropped[reason] = count;
  });
  return result;
}
