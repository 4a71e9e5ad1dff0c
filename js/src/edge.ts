/**
 * The engine where every request is a world of its own.
 *
 * Owns: what differs from a page's engine: entries wait for a flush, and each flush has a core of its own (lease.ts). Does not own: when a
 * request's engine is flushed (worker/request.ts), the requests' form (`EDGE_INIT`, handed to the core by core.ts).
 * Tested in `tests/runtimes`.
 */

import { storageClass, useStorage } from "./ambient.js";
import { run } from "./core.js";
import { assemble } from "./create.js";
import { leases } from "./edge-loader.js";
import { Engine } from "./engine.js";
import { TIMESTAMP_SLOT } from "./fields.js";
import type { LeasedModule } from "./lease.js";
import type { RootLogger } from "./root.js";
import { check } from "./options.js";
import type { Pool } from "./pool.js";
import { CONSENTS } from "./protocol.js";
import { hasStack } from "./stack.js";
import type { LoggerOptions } from "./types.js";

/** Workers know neither credentials nor referrers, and refuse to be asked for `redirect: "error"`. */
export const EDGE_INIT: RequestInit = { redirect: "manual", credentials: undefined!, referrerPolicy: undefined! };

/** So many cores of a logger may hold what their flushes could not deliver. */
const KEEP = 4;

export class EdgeEngine extends Engine {
  override _drain(most?: number): void {
    const tapes = this._tapes;
    // Workers have no time outside of a request: what was logged there gets that of the first one.
    for (const tape of tapes) tape[TIMESTAMP_SLOT] ||= Date.now();
    if (this._dead !== undefined || this._depth || !(tapes.length || this._drops.some(Boolean)) || !hasStack()) return;
    const begun = run(this, (module) => (module as LeasedModule)._begin(CONSENTS.indexOf(this._consent), tapes.length));
    if (!begun) return;
    // As `startCore` does once for a core that is always the same.
    this._shift = (this._module!._used ?? 0) - this._past.reduce((sum, count) => sum + count, 0);
    super._drain(most);
  }
}

/** `createLogger` there. There is no page whose errors could be captured, and no visitor whose session all requests could be of. */
export function createEdge(options: LoggerOptions, pool: Pool, prepare?: () => Promise<unknown>): RootLogger {
  useStorage(storageClass());
  return assemble(new EdgeEngine({ ...check(options), captureErrors: false, session: false, offline: "memory" }, leases(pool, () => KEEP, prepare)));
}
