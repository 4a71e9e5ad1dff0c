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
import type { RootLogger } from "../../js/src/types.js";
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
  const whole = { json: "7", html: "9", bytes: "1000", text: "4", plain: "5", fixed: "5" };
  for (const body in whole) lengths[body] = await lengthOf(`/${body}`);
  assert.deepEqual(lengths, whole);
  assert.deepEqual([await lengthOf("/watched/html"), await lengthOf("/watched/json")], [undefined, undefined]);
  receiver.reset();
  // Each logs when its body ends, which is after its answer.
  for (const type of ["text/event-stream", "text/html", "text/plain", "application/octet-stream", ""]) {
    for (const kind of ["streamed", "rendered", "native"]) {
      assert.equal(await lengthOf(`/${kind}?${type}`), undefined);
      await waitFor(`the end of ${kind} ${type}`, () => messages().includes(`${kind} ${type} ended`));
    }
  }
});

test("in workerd, what is logged before a long body ends leaves in between, and the rest when it has ended", async (t) => {
  const worker = await startWorker(packed, "bodies.ts", { variables: { ENDPOINT: receiver.endpoint } });
  t.after(() => worker.stop());
  const response = await fetch(`${worker.url}/between/long?text/html`);
  await waitFor("the first entries", () => messages().length > 0);
  assert.deepEqual(messages(), ["long text/html begun", "GET /between/long 200"]);
  assert.equal(await response.text(), "bytes");
  await waitFor("the last entry", () => messages().includes("long text/html ended"));
  assert.equal(receiver.received.length, 2);
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

test("a body that breaks at once breaks for its reader, and rejects nowhere else", async (t) => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listener);
  t.after(() => process.off("unhandledRejection", listener));
  const broken = withSapwood({ source: "broken", endpoint: receiver.endpoint }, {
    fetch: () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error("no more")) })),
  });
  const response = await broken.fetch(request("/broken"), {}, { waitUntil() {} });
  await assert.rejects(response.text(), /no more/);
  await waitFor("the entry", () => messages().includes("GET /broken 200"));
  assert.deepEqual(unhandled, []);
});

test("a context that lacks what the platform gives, or is frozen, changes no answer", async () => {
  const handler = withSapwood({ source: "bare", endpoint: receiver.endpoint }, {
    fetch({ url }: Request, _env: unknown, ctx: { log: RootLogger; waitUntil(promise: Promise<unknown>): void }) {
      ctx.waitUntil(Promise.resolve().then(() => void ctx.log.info(`later ${new URL(url).pathname}`)));
      return new Response("ok");
    },
  });
  const throwing = { waitUntil(): void { throw new Error("too late"); } };
  const contexts: object[] = [{}, Object.freeze({}), Object.freeze({ waitUntil() {}, log: "theirs" }), throwing];
  for (const [n, context] of contexts.entries()) {
    const call = handler.fetch as unknown as (request: Request, env: object, context: object) => Promise<Response>;
    if (context === throwing) await assert.rejects(call(request(`/${n}`), {}, context), /too late/);
    else assert.equal(await (await call(request(`/${n}`), {}, context)).text(), "ok");
    await waitFor("the entries", () => messages().includes(`later /${n}`));
  }
  const Plain = withSapwood({ source: "bare", endpoint: receiver.endpoint }, class { fetch(_: Request): Response { return new Response("object"); } });
  for (const given of [[], [{}], [Object.freeze({ waitUntil() {} })]]) {
    assert.equal(await (await new (Plain as unknown as new (...given: unknown[]) => { fetch(request: Request): Promise<Response> })(...given).fetch(request())).text(), "object");
  }
});

test("what strict finds in the options is thrown at set-up, and by no event", async () => {
  // More than is kept of a text.
  const context = { deep: "x".repeat(200_000) };
  const options: WorkerOptions = { source: "strict", endpoint: receiver.endpoint, strict: true, context, onError: () => {}, onDrop: () => {} };
  const handler = { fetch: () => new Response("ok") };
  assert.throws(() => withSapwood(options, handler), { name: "SapwoodError", field: "context" });
  // What passes at set-up, and at no event.
  let reads = 0;
  const changing = { get deep(): string { return (reads += 1) > 1 ? context.deep : "short"; } };
  assert.equal(await (await event(withSapwood({ ...options, context: changing }, handler))).text(), "ok");
  assert.ok(reads > 1);
  await waitFor("the entry", () => messages().includes("GET / 200"));
});

test("a method that a class has not, or with no number of arguments, is refused at set-up", () => {
  class Counter {
    increment(by: number): number {
      return by;
    }
  }
  const options = { source: "methods", endpoint: receiver.endpoint };
  for (const methods of [{ decrement: 1 }, { increment: -1 }, { increment: 1.5 }, { increment: "1" }, { increment: 1e9 }]) {
    const name = Object.keys(methods)[0]!;
    assert.throws(() => withSapwood(options, Counter, { methods: methods as object }), { code: "invalid_option", field: `methods.${name}` });
  }
});

test("an answer that another realm has made is logged, and given as it is", async () => {
  const foreign = { status: 418, headers: new Headers(), body: null, text: async () => "tea" };
  const handler = withSapwood({ source: "foreign", endpoint: receiver.endpoint }, { fetch: () => foreign as unknown as Response });
  assert.equal(await event(handler), foreign);
  assert.deepEqual(messages(), ["GET / 418"]);
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
