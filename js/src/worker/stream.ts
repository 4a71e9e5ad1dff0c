/**
 * The end of a streamed body.
 *
 * Owns: which bodies are watched. Invariants: a body that is not watched goes out as it is, with the length that the platform knows of it and
 * nobody can ask for; a watched one has the same bytes, status and headers. Tested in `tests/runtimes/workers.test.ts` and `wrapper.test.ts`.
 */

/** Which bodies are watched to their end: those of a stream's type or of none, all whose length is not known, none. */
export type Streams = "auto" | boolean;

/** Types of what is sent bit by bit. */
const STREAMED = /^(text\/event-stream|application\/(x-ndjson|jsonl|json-seq|stream\+json)|multipart\/x-mixed-replace)\b/i;

/** The response to give, and the promise of its end where that is to come. */
export function observed(response: Response, streams: Streams): [response: Response, ended: Promise<unknown> | undefined] {
  const { body, headers, status, url } = response;
  // What came from another server is no work of ours.
  const whole = !body || response.bodyUsed || body.locked || url || status === 101 || headers.has("content-length");
  const type = headers.get("content-type");
  if (whole || !(streams === "auto" ? !type || STREAMED.test(type) : streams)) return [response, undefined];
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return [new Response(readable, response), body.pipeTo(writable)];
}
