/** What a user of `sapwood/worker` writes. Compiled by types.test.ts, never run. */

import { withSapwood, type Logger, type WorkerOptions } from "sapwood/worker";

interface Env {
  LOGS: string;
}
const options = (env: Env): WorkerOptions => ({ source: "api", endpoint: env.LOGS, output: "fetch", limitMs: 1000, requests: false });

export default withSapwood(options, {
  async fetch(request, env, ctx) {
    ctx.log.info("Cart loaded", { url: request.url, logs: env.LOGS });
    ctx.waitUntil(Promise.resolve());
    return new Response("ok");
  },
  scheduled(controller, _env, ctx) {
    ctx.log.info(controller.cron);
  },
});

export const Cart = withSapwood(
  options,
  class {
    constructor(
      readonly state: { waitUntil(promise: Promise<unknown>): void },
      readonly env: Env,
    ) {}
    fetch(request: Request, log?: Logger): Response {
      log?.info("In the object", { url: request.url });
      return new Response("ok");
    }
  },
);

// @ts-expect-error a fetch handler answers
withSapwood({ source: "api" }, { fetch: () => 1 });
// @ts-expect-error an event has no use for it
withSapwood({ source: "api", captureErrors: true }, {});
