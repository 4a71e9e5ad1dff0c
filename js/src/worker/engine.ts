/**
 * The engine of one event: what fits one batch waits for the event's flush.
 *
 * Owns: the bound. Does not own: whether something may leave before the flush (request.ts). Invariant: what is over the bound is dropped and
 * counted. Tested in `tests/runtimes/workers.test.ts` and `between.test.ts`.
 */

import type { Logger } from "../logger.js";
import { DROP_BUFFER_FULL } from "../protocol.js";
import { EdgeEngine } from "../shared.js";

/** So many bytes, as the façade estimates them, of one request's entries fit its one subrequest. */
const BYTES_MAX = 786_432;

export class RequestEngine extends EdgeEngine {
  /** Sees to it that what waits leaves, where that may be; at once where it is `full`. */
  _relieve: ((full: boolean) => void) | undefined;

  override _log(logger: Logger, severity: number, message: unknown, data: unknown, options: object | undefined): boolean {
    if (this._atBound() && !this._depth) this._relieve?.(true);
    if (this._dead !== undefined || !this._atBound()) {
      const kept = super._log(logger, severity, message, data, options);
      if (kept) this._relieve?.(false);
      return kept;
    }
    this._seq++;
    this._accepted++;
    this._drop(DROP_BUFFER_FULL);
    return false;
  }

  _atBound(): boolean {
    return this._tapes.length >= this._config.batchSize || this._size >= BYTES_MAX;
  }
}
