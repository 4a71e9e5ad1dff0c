/**
 * A shop's Worker and its carts. Each event has a logger of its own, which knows the request; its entries leave in one request after the
 * answer. A checkout that a page began goes on here, and in the cart, under one id.
 */
import { DurableObject } from "cloudflare:workers";
import type { Logger } from "sapwood";
import { withSapwood, type WorkerOptions } from "sapwood/worker";

export interface Env {
  CART: DurableObjectNamespace;
  LOGS_URL: string;
  LOGS_KEY?: string;
}

/** Called once, at the first event: before, a Worker knows neither its variables nor its secrets. */
const options =
  (source: string) =>
  (env: Env): WorkerOptions => ({ source, endpoint: env.LOGS_URL, ...(env.LOGS_KEY && { apiKey: env.LOGS_KEY }) });

export default withSapwood(options("shop-worker"), {
  async fetch(request: Request, env: Env, { log, waitUntil }) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/checkout") return new Response("Not found", { status: 404 });

    // `flow.headers()` of the page, on its request; without them a flow begins here.
    const flow = log.resumeFlow(request).info("Checkout received");
    const cart = env.CART.get(env.CART.idFromName(searchParams.get("cart") ?? "guest"));
    const answer = await cart.fetch("https://cart/pay", { method: "POST", headers: flow.headers() });
    if (answer.ok) flow.info("Paid");
    else flow.warn("Not paid", { status: answer.status });

    // What is done after the answer is logged as well: the flush waits for it.
    waitUntil(sendReceipt().then(() => void flow.info("Receipt sent")));
    return answer;
  },

  scheduled({ cron }, _env: Env, { log }) {
    log.info("Stale carts removed", { cron });
  },
});

/** Stands for whatever your Worker does after it has answered. */
async function sendReceipt(): Promise<void> {}

class PlainCart extends DurableObject<Env> {
  /** The logger comes behind what the platform gives. What is thrown here is logged by itself, and thrown on. */
  async fetch(request: Request, log?: Logger): Promise<Response> {
    const flow = log!.resumeFlow(request);
    const paid = ((await this.ctx.storage.get<number>("paid")) ?? 0) + 1;
    await this.ctx.storage.put("paid", paid);
    flow.info("Cart emptied", { paid });
    return Response.json({ paid });
  }
}

export const Cart = withSapwood(options("shop-cart"), PlainCart);
