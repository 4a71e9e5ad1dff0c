/** A Worker that answers with bodies of many kinds; `/watched/…` by a wrapper that watches all of them, `/between/…` by one that soon sends in between. Streams log when they end. */
import type { Logger } from "sapwood";
import { withSapwood } from "sapwood/worker";

interface Env {
  ENDPOINT: string;
}

declare const FixedLengthStream: new (bytes: number) => TransformStream<Uint8Array, Uint8Array>;
declare const IdentityTransformStream: new () => TransformStream<Uint8Array, Uint8Array>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const bytes = new TextEncoder().encode("bytes");

/** Writes to a stream, and says so at the end, a while after the answer. */
function written({ readable, writable }: TransformStream<Uint8Array, Uint8Array>, ended = (): void => {}, ms = 20): ReadableStream {
  const writer = writable.getWriter();
  void (async () => {
    await writer.write(bytes);
    await pause(ms);
    ended();
    await writer.close();
  })();
  return readable;
}

/** Streams, by who makes them: a script's, one as renderers make them, the platform's own. */
const STREAMS: Record<string, (ended: () => void) => ReadableStream> = {
  streamed: (ended) => written(new TransformStream(), ended),
  rendered: (ended) =>
    new ReadableStream({
      type: "bytes",
      async pull(controller) {
        controller.enqueue(bytes.slice());
        await pause(20);
        ended();
        controller.close();
      },
    }),
  long: (ended) => written(new TransformStream(), ended, 4000),
  native: (ended) => written(new IdentityTransformStream(), ended),
};

const BODIES: Record<string, () => Response> = {
  json: () => Response.json({ a: 1 }),
  html: () => new Response("<p>hi</p>", { headers: { "content-type": "text/html" } }),
  bytes: () => new Response(new Uint8Array(1000), { headers: { "content-type": "application/octet-stream" } }),
  text: () => new Response("text"),
  plain: () => new Response(bytes),
  fixed: () => new Response(written(new FixedLengthStream(bytes.length)), { headers: { "content-type": "text/event-stream" } }),
};

const handler = {
  fetch({ url }: Request, _env: Env, { log }: { log: Logger }): Response {
    const { pathname, search } = new URL(url);
    const name = pathname.split("/").at(-1)!;
    const type = decodeURIComponent(search.slice(1));
    if (STREAMS[name]) log.info(`${name} ${type} begun`);
    const stream = STREAMS[name]?.(() => void log.info(`${name} ${type} ended`));
    return stream ? new Response(stream, type ? { headers: { "content-type": type } } : {}) : BODIES[name]!();
  },
};
const auto = withSapwood((env: Env) => ({ source: "auto", endpoint: env.ENDPOINT }), handler);
const watched = withSapwood((env: Env) => ({ source: "watched", endpoint: env.ENDPOINT, streams: true }), handler);

const between = withSapwood((env: Env) => ({ source: "between", endpoint: env.ENDPOINT, flushInterval: 100 }), handler);

export default {
  fetch: (request: Request, env: Env, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> =>
    (request.url.includes("/watched/") ? watched : request.url.includes("/between/") ? between : auto).fetch(request, env, ctx),
};
