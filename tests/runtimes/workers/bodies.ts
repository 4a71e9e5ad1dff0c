/** A Worker that answers with bodies of many kinds; `/watched/…` by a wrapper that watches all of them. */
import { withSapwood } from "sapwood/worker";

interface Env {
  ENDPOINT: string;
}

const streamed = (type?: string): Response => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(new TextEncoder().encode("streamed")).then(() => writer.close());
  return new Response(readable, type ? { headers: { "content-type": type } } : {});
};
const BODIES: Record<string, () => Response> = {
  json: () => Response.json({ a: 1 }),
  html: () => new Response("<p>hi</p>", { headers: { "content-type": "text/html" } }),
  bytes: () => new Response(new Uint8Array(1000), { headers: { "content-type": "application/octet-stream" } }),
  text: () => new Response("text"),
  events: () => streamed("text/event-stream"),
  untyped: () => streamed(),
};

const handler = {
  fetch: (request: Request): Response => BODIES[request.url.split("/").at(-1)!]!(),
};
const auto = withSapwood((env: Env) => ({ source: "auto", endpoint: env.ENDPOINT }), handler);
const watched = withSapwood((env: Env) => ({ source: "watched", endpoint: env.ENDPOINT, streams: true }), handler);

export default {
  fetch: (request: Request, env: Env, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> =>
    (request.url.includes("/watched/") ? watched : auto).fetch(request, env, ctx),
};
