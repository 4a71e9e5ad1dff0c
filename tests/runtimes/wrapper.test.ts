/** What `withSapwood` must not do to the application that it wraps. */
import assert from "node:assert/strict";
import { get, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { pack } from "../package/packed.js";
import { answer } from "../support/behaviours.js";
import { waitFor } from "../support/wait.js";
import { Receiver } from "../wasm/support/receiver.js";
import type { WithSapwood, WorkerOptions } from "../../js/src/worker.js";
import { startWorker } from "./support/workerd.js";

const packed = pack();
const { withSapwood } = (await import(pathToFileURL(join(packed.folder, "dist/worker.js")).href)) as { withSapwood: WithSapwood };

let receiver: Receiver;
before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.close());
beforeEach(() => receiver.reset());

const messages = (): unknown[] => receiver.received.flatMap(({ logs }) => logs.map(({ message }) => message));
const request = (path = "/"): Request => new Request(`http://shop.example${path}`);

/** One event, to its last promise. */
async function event(handler: { fetch(request: Request, env: object, ctx: object): Promise<Response> }): Promise<Response> {
  const waits: Promise<unknown>[] = [];
  const response = await handler.fetch(request(), {}, { waitUntil: (promise: Promise<unknown>) => void waits.push(promise) });
  for (let i = 0; i < waits.length; i++) await waits[i];
  return response;
}

test("a body that is whole keeps its length; a streamed one is watched", async (t) => {
  const worker = await startWorker(packed, "bodies.ts", { variables: { ENDPOINT: receiver.endpoint } });
  t.after(() => worker.stop());
  const lengthOf = async (path: string): Promise<string | undefined> => {
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      get(worker.url + path, (answer) => answer.resume().once("end", () => resolve(answer.headers))).once("error", reject);
    });
    return headers["content-length"];
  };
  const lengths: Record<string, string | undefined> = {};
  for (const body of ["json", "html", "bytes", "text", "events", "untyped"]) lengths[body] = await lengthOf(`/${body}`);
  assert.deepEqual(lengths, { json: "7", html: "9", bytes: "1000", text: "4", events: undefined, untyped: undefined });
  assert.deepEqual([await lengthOf("/watched/html"), await lengthOf("/watched/json")], [undefined, undefined]);
});

test("a handler may be called without a context", async () => {
  const handler = withSapwood({ source: "bare", endpoint: receiver.endpoint }, { fetch: () => new Response("ok") });
  const response = await (handler.fetch as unknown as (request: Request) => Promise<Response>)(request("/bare"));
  assert.equal(await response.text(), "ok");
  await waitFor("the entry", () => messages().includes("GET /bare 200"));
});

test("what strict finds wrong with our own entries throws into no event", async () => {
  // More than is kept of a message.
  const long = new Error("mine ".repeat(3000));
  const options: WorkerOptions = { source: "strict", endpoint: receiver.endpoint, strict: true, onError: () => {}, onDrop: () => {} };
  const handler = withSapwood(options, {
    fetch: (): Response => {
      throw long;
    },
  });
  await assert.rejects(event(handler), (error) => error === long);
});

/** What the console was warned of. */
function warnings(t: TestContext): string[] {
  const texts: string[] = [];
  t.mock.method(console, "warn", (text: string) => void texts.push(text));
  return texts;
}

test("without callbacks the console is told once what concerns every event", async (t) => {
  const texts = warnings(t);
  const nowhere = withSapwood({ source: "nowhere" }, { fetch: () => new Response("ok") });
  for (let n = 0; n < 3; n++) await event(nowhere);
  await waitFor("the drops", () => texts.length > 1);
  assert.deepEqual(texts, ["sapwood: not_configured endpoint", "sapwood: entries dropped (not_configured)"]);
  receiver.script(answer(500), answer(500), answer(500));
  const failing = withSapwood({ source: "failing", endpoint: receiver.endpoint }, { fetch: () => new Response("ok") });
  texts.length = 0;
  for (let n = 0; n < 3; n++) await event(failing);
  await waitFor("the drops", () => texts.length > 1);
  assert.deepEqual(texts, ["sapwood: server_error 500", "sapwood: entries dropped (retries_exhausted)"]);
});

test("entries that are printed are text, whatever was said of compression", async (t) => {
  const printed: unknown[] = [];
  t.mock.method(console, "info", (entry: unknown) => void printed.push(entry));
  const handler = withSapwood({ source: "printing", output: "console", compress: true }, { fetch: () => new Response("ok") });
  await event(handler);
  assert.deepEqual(printed.map((entry) => (JSON.parse(entry as string) as { message: string }).message), ["GET / 200"]);
});
