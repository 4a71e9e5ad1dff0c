/** A Worker with plain loggers that are used at the level of the module, before there is a request. */
import { env } from "cloudflare:workers";
import { createLogger, type FlushResult, type RootLogger } from "sapwood";
import { createLogger as createSlim } from "sapwood/slim";
import core from "sapwood/core.wasm";

const { ENDPOINT: endpoint } = env;
const errors: string[] = [];
const early: Record<string, FlushResult | string> = {};

/** Uses a logger as far as that goes without a request. */
function atOnce(source: string, log: RootLogger): RootLogger {
  for (let i = 0; i < 18; i++) log.setContext({ [`k${i}`]: i });
  log.info("at once");
  log.flush().then(
    (result) => (early[source] = result),
    (error: unknown) => (early[source] = String(error)),
  );
  return log;
}
const onError = ({ code }: { code: string }): void => void errors.push(code);
const log = atOnce("plain", createLogger({ source: "plain", endpoint, captureErrors: true, onError }));
const slim = atOnce("slim", createSlim({ source: "slim", endpoint, onError }, core));

export default {
  async fetch(request: Request, _env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/state") return Response.json({ early, errors, stats: log.stats() });
    if (pathname === "/slim") return Response.json(await slim.info("in a request").flush());
    log.info(pathname);
    if (pathname === "/short") return Response.json(await log.flush({ timeoutMs: 100 }));
    ctx.waitUntil(log.flush());
    return new Response("ok");
  },
};
