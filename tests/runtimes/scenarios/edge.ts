/** The scenarios on Vercel's edge, with plain loggers; and the wrapper there, where a request has another path. The endpoint is a parameter. */
import { createLogger } from "sapwood";
import { withSapwood } from "sapwood/worker";
import { runScenarios } from "./scenarios.js";

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

const wrapped = withSapwood((endpoint: string) => ({ source: "edge", endpoint }), {
  fetch(request, _endpoint, ctx) {
    ctx.log.info("In the function");
    ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 50)).then(() => void ctx.log.info("After the answer")));
    return new Response(new URL(request.url).pathname);
  },
});

addEventListener("fetch", (event) => {
  const { request, respondWith, waitUntil } = event as FetchEvent;
  const { pathname, searchParams } = new URL(request.url);
  const endpoint = searchParams.get("endpoint")!;
  const answer = (): Promise<Response> =>
    pathname === "/scenarios"
      ? runScenarios(createLogger, endpoint).then((outcomes) => Response.json(outcomes))
      : wrapped.fetch(request, endpoint, { waitUntil: waitUntil.bind(event) });
  respondWith.call(event, answer());
});
