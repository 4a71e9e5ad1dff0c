/** What an application does in every project: one flow with a step and an error. Gives how it ended. */
import { createLogger } from "sapwood";

export async function checkout(source, endpoint, options) {
  const log = createLogger({ source, endpoint, environment: "test", ...options });
  const flow = log.flow("checkout").info("Cart validated", { items: 3 });
  flow.fail(new TypeError("declined"));
  return { ...(await log.flush()), core: log.stats().core };
}
