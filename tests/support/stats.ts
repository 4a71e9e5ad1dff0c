/** The account of a logger, as every suite checks it. */
import assert from "node:assert/strict";
import type { Stats } from "../../js/src/types.js";

/** I1: every accepted entry is somewhere, and no reason is named for nothing. */
export function assertCloses(stats: Stats): void {
  const { accepted, delivered, unconfirmed, buffered, inFlight, stored } = stats;
  assert.equal(delivered + unconfirmed + buffered + inFlight + stored + dropped(stats), accepted, JSON.stringify(stats));
  for (const [reason, count] of Object.entries(stats.dropped)) assert.ok(count > 0, `${reason}: ${count}`);
}

/** How many entries were dropped, whatever the reason. */
export function dropped(stats: Stats): number {
  return Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
}
