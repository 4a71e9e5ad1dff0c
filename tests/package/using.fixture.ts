/** What a user writes whose TypeScript library knows disposal. Compiled by types.test.ts, never run. */

import { createLogger } from "sapwood";

export async function checkout(): Promise<void> {
  await using log = createLogger({ source: "web-shop" });
  using flow = log.flow("checkout");
  flow.info("Cart validated");
}
