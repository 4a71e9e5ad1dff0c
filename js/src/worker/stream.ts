/**
 * The end of a streamed body.
 *
 * Owns: which bodies are watched. Invariants: a body that is not watched goes out as it is, with the length that the platform knows of it; a
 * watched one has the same bytes, status and headers; the end of one never rejects. Tested in `tests/runtimes/workers.test.ts` and `wrapper.test.ts`.
 */

/** Which bodies are watched to their end: those that are streams as far as the platform says, all whose length is not in their headers, none. */
export type Streams = "auto" | boolean;

/** Types of what is sent bit by bit. */
const STREAMED = /^(text\/event-stream|application\/(x-ndjson|jsonl|json-seq|stream\+json)|multipart\/x-mixed-replace)\b/i;

/**
 * By what workerd tells the length of a body, for its own `inspect`: nobody else can be asked. Where it is not there, a body that cannot be
 * read into a buffer is a script's own, and of the others the type decides.
 */
const LENGTH = Object.getOwnPropertySymbols(globalThis.ReadableStream?.prototype ?? {}).find(({ description }) => description === "length");

/** Is that a stream whose length nobody knows? */
function isStream(body: ReadableStream<Uint8Array>, type: string | null): boolean {
  if (LENGTH) return (body as unknown as { [LENGTH]?: unknown })[LENGTH] === undefined;
  if (!type || STREAMED.test(type)) return true;
  try {
    body.getReader({ mode: "byob" }).releaseLock();
    return false;
  } catch {
    return true;
  }
}

/** The response to give, and the promise of its end where that is to come. */
export function observed(response: Response, streams: Streams): [response: Response, ended: Promise<unknown> | undefined] {
  const { body, headers, status, url } = response;
  // What came from another server is no work of ours. Another realm's response would become one of this one.
  const whole = !body || response.bodyUsed || body.locked || url || status === 101 || headers.has("content-length") || !(response instanceof Response);
  if (whole || !(streams === "auto" ? isStream(body, headers.get("content-type")) : streams)) return [response, undefined];
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  // At once: a body that breaks before somebody waits for it would be an unhandled rejection.
  const ended = body.pipeTo(writable).catch(() => {});
  return [new Response(readable, response), ended];
}
