/**
 * The end of a streamed body.
 *
 * Owns: which bodies are watched. Invariant: a body that is whole already, or comes from another server, goes out as it is, with its
 * length; a watched one has the same bytes, status and headers. Tested in `tests/runtimes/workers.test.ts`.
 */

/** What the platform itself writes for a text, and for nothing else. */
const WHOLE = /^(text\/plain|application\/x-www-form-urlencoded);charset=UTF-8$/;

/** The response to give, and the promise of its end where that is to come. */
export function observed(response: Response): [response: Response, ended: Promise<unknown> | undefined] {
  const { body, headers, status, url } = response;
  const whole = !body || response.bodyUsed || body.locked || url || headers.has("content-length");
  if (whole || status === 101 || WHOLE.test(headers.get("content-type") ?? "")) return [response, undefined];
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return [new Response(readable, response), body.pipeTo(writable)];
}
