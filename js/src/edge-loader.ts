/**
 * The loader of a logger on an edge: owns that it gets a lease instead of a core. What that is: lease.ts. Tested in `tests/runtimes`.
 */

import { Lease, type Shared } from "./lease.js";
import type { Pool } from "./pool.js";
import type { CoreModule, Loader } from "./protocol.js";

/**
 * The loader of one logger; up to `keep()` cores stay with it when a flush leaves something. `prepare`: what has to be awaited before the
 * pool can make an instance. `shared`: what the events of one configuration have in common; such a logger belongs to one event, so
 * its flushes wait for what the ones before have begun.
 */
export function leases(pool: Pool, keep: () => number, prepare?: () => Promise<unknown>, shared?: Shared): Loader {
  const _now = (): CoreModule => new Lease(pool, keep, shared).module();
  const _later = async (): Promise<CoreModule> => {
    await prepare?.();
    return _now();
  };
  return { _now, _later, _drop: () => pool._leave(), _edge: pool._edge };
}
