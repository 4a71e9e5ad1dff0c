/** The Worker under test. Each route is one thing that applications do. */
import { createLogger, type RootLogger } from "sapwood";
import { withSapwood } from "sapwood/worker";

interface Env {
  ENDPOINT: string;
  /** A server of pages that this Worker stands in front of. */
  ORIGIN?: string;
  CART: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

// At the level of the module: nothing that Workers forbid there may happen.
const shared = createLogger({ source: "shared", endpoint: "https://logs.example.com/v1/logs" });
shared.info("module loaded").flow("boot").ok();

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function streamed(write: (say: (text: string) => void) => Promise<void>): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const say = (text: string): void => void writer.write(new TextEncoder().encode(text));
  void write(say).finally(() => writer.close());
  return new Response(readable, { headers: { "content-type": "text/event-stream", "x-kept": "yes" }, status: 201 });
}

export default withSapwood((env: Env) => ({ source: "worker", endpoint: env.ENDPOINT, context: { app: "shop" } }), {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const { log } = ctx;
    const n = searchParams.get("n") ?? "";
    if (pathname === "/twenty") for (let i = 0; i < 20; i++) log.info("Item {i}", { i });
    else if (pathname === "/many") for (let i = 0; i < 1500; i++) log.info("m", { i });
    else if (pathname === "/throw") throw new TypeError("out of stock");
    else if (pathname === "/quiet") return new Response(null, { status: 204 });
    else if (pathname === "/denied") (log.info("kept back") as RootLogger).setConsent("denied");
    else if (pathname === "/shared") return Response.json(shared.stats());
    else if (pathname === "/interleaved") {
      log.setUserId(n);
      for (let i = 0; i < 3; i++) {
        log.info(`step ${i} of ${n}`, { n });
        await pause(Number(n) % 7);
      }
    } else if (pathname === "/context") {
      await log.withContext({ n }, async (within) => {
        await pause(10 * Number(n));
        log.info("within", { n });
        within.info("given");
      });
      log.info("outside");
    } else if (pathname === "/late") {
      ctx.waitUntil(pause(1000).then(() => void log.info("after the answer")));
    } else if (pathname === "/stream") {
      return streamed(async (say) => {
        say("first");
        await pause(Number(searchParams.get("ms")));
        log.info("in the stream");
        say("last");
      });
    } else if (pathname === "/cart") {
      const flow = log.resumeFlow(request).info("In the Worker");
      const answer = await env.CART.get(env.CART.idFromName("one")).fetch(new Request(request.url, { headers: flow.headers() }));
      flow.info("Back in the Worker");
      return answer;
    } else if (env.ORIGIN) {
      return fetch(env.ORIGIN + pathname);
    }
    return new Response(pathname);
  },
  scheduled(controller, _env, ctx) {
    ctx.log.info("swept", { cron: controller.cron });
  },
});

class PlainCart {
  async fetch(request: Request, log?: import("sapwood").Logger): Promise<Response> {
    log!.resumeFlow(request).info("In the object").ok();
    return new Response("object");
  }
}

export const Cart = withSapwood((env: Env) => ({ source: "object", endpoint: env.ENDPOINT }), PlainCart);
