/**
 * The package's main entry. Owns: the public names.
 */

import { create } from "./create.js";
import { inlined, persisted } from "./loader.js";
import type { LoggerOptions, RootLogger } from "./types.js";

export { type ErrorCode, SapwoodError } from "./error.js";
export type * from "./types.js";

/**
 * Makes a logger. It can be used in the same tick; the core starts in the background.
 *
 * @throws SapwoodError when an option is wrong (`code`, `field`). A missing endpoint or key does not throw: that logger works,
 * sends nothing, says so once, and counts `not_configured`.
 *
 * @example
 * const log = createLogger({ source: "web-shop", environment: "production", endpoint: "/v1/logs" });
 * log.info("Order placed", { orderId: "ord_xyz", total: 99.99 }, { tags: ["orders"] });
 * await log.flush();
 */
export function createLogger(options: LoggerOptions): RootLogger {
  return create(options, Object(options).offline === "persist" ? persisted : inlined);
}
