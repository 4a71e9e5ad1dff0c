/**
 * One call of a handler or a method, with a logger.
 *
 * Owns: the order of steps. Invariants: those of with-sapwood.ts, where it is tested as well.
 */

import { contextOf, describeRequest, logRequest } from "./events.js";
import { Event } from "./request.js";
import type { Setup } from "./setup.js";
import { observed } from "./stream.js";

/** What we do by ourselves throws into no event, `strict` or not. */
function quietly<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Is it an answer? Of a test's own realm, or of a polyfill, as well. */
function isResponse(result: unknown): result is Response {
  if (result instanceof Response) return true;
  const { status, headers } = Object(result) as Partial<Response>;
  return typeof status === "number" && typeof headers?.get === "function";
}

/** Calls `handle` with a logger, logs what it throws, and sees to the flush, for which `keep` is to make the platform wait. */
export async function around(
  setup: Setup,
  kind: string,
  given: unknown,
  handle: (event: Event) => unknown,
  keep: (event: Event, done: Promise<void>) => void,
): Promise<unknown> {
  const event = new Event(setup);
  const { log } = event;
  const isRequest = kind === "fetch";
  const what = quietly(() => (isRequest ? describeRequest(log, given as Request) : void log.setContext(contextOf(kind, given)))) ?? "";
  const began = Date.now();
  const durationMs = (): number => Math.max(0, Date.now() - began);
  let body: Promise<unknown> | undefined;
  try {
    const result = await handle(event);
    if (!quietly(() => isResponse(result))) return result;
    const answer = result as Response;
    if (isRequest && setup.requests) quietly(() => logRequest(log, what, answer.status, durationMs()));
    const [response, ended] = quietly(() => observed(answer, setup.streams)) ?? [answer, undefined];
    body = ended;
    return response;
  } catch (error) {
    quietly(() => isRequest && log.setContext({ http: { status: 500, durationMs: durationMs() } }));
    quietly(() => log.error(error));
    throw error;
  } finally {
    const done = event.finish(body);
    quietly(() => keep(event, done));
  }
}
