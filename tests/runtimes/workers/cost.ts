/**
 * The same request with and without logging, so that a test can compare what they cost; and how much memory the cores have.
 *
 * - `/bare`: the answer alone. `/floor`: beside it what no logger can do without, one request with a ready body.
 * - `/wrapped`: the wrapper, whose only entry is the request's. `/logged`: with twenty logs.
 */
import { withSapwood } from "sapwood/worker";

interface Env {
  ENDPOINT: string;
}
interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** Collects the garbage; there by a flag. */
declare const gc: () => void;

/** The memories of all instances, of which there is no other way to know. */
const memories: WebAssembly.Memory[] = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    for (const exported of Object.values(this.exports)) if (exported instanceof WebAssembly.Memory) memories.push(exported);
  }
};

const LOGS = 20;
const answer = (): Response => new Response("answer");
const entries = Array.from({ length: LOGS + 1 }, (_, seq) => ({ seq, timestamp: 0, level: "info", message: `Item ${seq} of the order`, data: { seq, price: 9.5 } }));
const BODY = JSON.stringify({ batch: { id: "floor", instance: "floor", resource: { source: "floor" } }, logs: entries });

const logged = withSapwood((env: Env) => ({ source: "cost", endpoint: env.ENDPOINT }), {
  fetch(request, _env, { log }) {
    if (request.url.endsWith("/logged")) for (let i = 0; i < LOGS; i++) log.info("Item {i} of the order", { i, price: 9.5 });
    return answer();
  },
});

async function send({ ENDPOINT }: Env): Promise<void> {
  await (await fetch(ENDPOINT, { method: "POST", body: BODY, headers: { "content-type": "application/json" } })).text();
}

export default {
  fetch(request: Request, env: Env, ctx: Context): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/logged" || pathname === "/wrapped") return logged.fetch(request, env, ctx);
    if (pathname === "/memory") {
      gc();
      return Response.json({ instances: memories.length, bytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
    }
    if (pathname === "/floor") ctx.waitUntil(send(env));
    return answer();
  },
};
