/** A Worker whose object and whose entry are called by their own methods, and a logger of the module; and how many cores they all need. */
import { DurableObject, env as environment, WorkerEntrypoint } from "cloudflare:workers";
import { createLogger, type Logger } from "sapwood";
import { withSapwood, type WorkerOptions } from "sapwood/worker";

interface Env {
  ENDPOINT: string;
  COUNTER: { idFromName(name: string): unknown; get(id: unknown): Counting };
  SIDE: { sum(a: number, b: number): Promise<number> };
}
type Counting = { [K in "increment" | "plain" | "queue" | "later" | "fail"]: (...given: unknown[]) => Promise<unknown> };

/** All instances, of which there is no other way to know. */
let instances = 0;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    instances++;
  }
};

const options = ({ ENDPOINT }: Env): WorkerOptions => ({ source: "objects", endpoint: ENDPOINT, requests: false });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const plain = createLogger({ source: "plain", endpoint: environment.ENDPOINT });

class PlainCounter extends DurableObject<Env> {
  #count = 0;

  increment(by = 1, log?: Logger): number {
    this.#count += by;
    log!.info("Counted", { by });
    return this.#count;
  }

  /** Not named: it gets what it was given, and nothing else. */
  plain(...given: unknown[]): number {
    return given.length;
  }

  /** An object has no queue: this is its own as well. */
  queue(item: string, place: number): string {
    return `${item} at ${place}`;
  }

  later(log?: Logger): void {
    log!.info("Before");
    this.ctx.waitUntil(pause(50).then(() => void log!.info("After")));
  }

  fail(log?: Logger): void {
    log!.info("Before");
    throw new RangeError("no count");
  }
}

export const Counter = withSapwood(options, PlainCounter, { methods: { increment: 1, later: 0, fail: 0 } });

class PlainSide extends WorkerEntrypoint<Env> {
  async fetch(_request: Request, log?: Logger): Promise<Response> {
    log!.info("Fetched");
    this.ctx.waitUntil(pause(50).then(() => void log!.info("Fetched the rest")));
    return new Response("side");
  }

  scheduled({ cron }: { cron: string }, log?: Logger): void {
    log!.info("Swept", { cron });
  }

  async queue({ messages }: { messages: readonly unknown[] }, log?: Logger): Promise<void> {
    log!.info("Packed", { parcels: messages.length });
  }

  async email(_message: object, log?: Logger): Promise<void> {
    log!.info("Read a letter");
    throw new RangeError("no stamp");
  }

  tail(traces: readonly unknown[], log?: Logger): void {
    log!.info("Traced", { traces: traces.length });
  }

  sum(a: number, b: number, log?: Logger): number {
    log!.info("Added", { a, b });
    return a + b;
  }
}

export const Side = withSapwood(options, PlainSide, { methods: { sum: 2 } });

export default withSapwood(options, {
  async fetch(request: Request, env: Env, { log, waitUntil }) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/instances") return Response.json(instances);
    const counter = env.COUNTER.get(env.COUNTER.idFromName("one"));
    const given = JSON.parse(searchParams.get("given") ?? "[]") as unknown[];
    const [, to, method] = pathname.split("/") as [string, string, never];
    if (to === "plain") waitUntil(plain.info("Plain").flush());
    log.info(`To ${to}`);
    try {
      if (to === "counter") return Response.json(await counter[method as keyof Counting](...given));
      if (to === "side") return Response.json(await (env.SIDE[method] as (...given: unknown[]) => Promise<unknown>)(...given));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
    return new Response("ok");
  },
});
