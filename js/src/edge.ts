/**
 * The engine where every request is a world of its own.
 *
 * Owns: what differs from a page's engine and can be told before the core is there. Does not own: when a request's engine is flushed
 * (worker/request.ts), the requests' form (`EDGE_INIT`, handed to the core by core.ts).
 * Tested in `tests/runtimes`.
 */

import { storageClass, useStorage } from "./ambient.js";
import { assemble } from "./create.js";
import { Engine } from "./engine.js";
import { TIMESTAMP_SLOT } from "./fields.js";
import type { RootLogger } from "./root.js";
import { check } from "./options.js";
import type { Loader } from "./protocol.js";
import type { LoggerOptions } from "./types.js";

/** Workers know neither credentials nor referrers, and refuse to be asked for `redirect: "error"`. */
export const EDGE_INIT: RequestInit = { redirect: "manual", credentials: undefined!, referrerPolicy: undefined! };

export class EdgeEngine extends Engine {
  override _drain(most?: number): void {
    // Workers have no time outside of a request: what was logged there gets that of the first one.
    for (const tape of this._tapes) tape[TIMESTAMP_SLOT] ||= Date.now();
    super._drain(most);
  }
}

/** `createLogger` there. */
export function createEdge(options: LoggerOptions, loader: Loader): RootLogger {
  useStorage(storageClass());
  return assemble(new EdgeEngine(check(options), loader));
}
