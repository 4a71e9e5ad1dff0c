/** Alerts of the built program against real webhooks: once per breach, never in the way of the intake. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import type { AlertBody } from "../../js/dev/src/alerts/webhook.js";
import { post as postAlert } from "../../js/dev/src/alerts/webhook.js";
import { waitFor } from "../support/wait.js";
import { addressOf, entry, post, program, temporaryFile, type Program } from "./support.js";

interface Hook {
  readonly url: string;
  readonly bodies: AlertBody[];
  readonly paths: string[];
}

/** A webhook's receiver; `answer` is how it answers. */
async function hook(t: TestContext, answer: (response: ServerResponse) => void = (response) => response.end("ok")): Promise<Hook> {
  const bodies: AlertBody[] = [];
  const paths: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    paths.push(`${request.method} ${request.url}`);
    if (chunks.length > 0) bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as AlertBody);
    answer(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, paths };
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

async function start(t: TestContext, ...rules: readonly string[]): Promise<{ running: Program; url: string; send: (count: number, more?: object) => Promise<void> }> {
  const running = program(t, "--port", "0", "--db", temporaryFile(t), "--quiet", ...rules.flatMap((rule) => ["--alert", rule]));
  const url = await addressOf(running);
  let seq = 0;
  const send = async (count: number, more: object = {}): Promise<void> => {
    const logs = Array.from({ length: count }, () => entry((seq += 1), { level: "error", source: "shop", ...more }));
    assert.equal((await post(url, { batch: { id: `b${seq}`, instance: "i" }, logs })).status, 200);
  };
  return { running, url, send };
}

test("an alert posts once per breach, with the count and the first entries that match", async (t) => {
  const receiver = await hook(t);
  const marks = await hook(t);
  const rules = ["one", "two", "three"].map((mark) => `user=${mark} > 0/1h -> ${marks.url}`);
  const { running, send } = await start(t, `error source=shop > 3/1h -> ${receiver.url}/services/T0/secret`, ...rules);
  await send(3);
  await send(50, { source: "other" });
  await send(50, { level: "warn" });
  await send(1, { message: "the fourth" });
  await waitFor("the alert", () => receiver.bodies.length > 0);
  // Each mark is an alert of its own: when it is posted, all before it was looked at.
  for (const [index, mark] of ["one", "two", "three"].entries()) {
    await send(20);
    await send(1, { level: "info", source: "mark", userId: mark });
    await waitFor(`the mark ${mark}`, () => marks.bodies.length === index + 1);
  }
  assert.equal(receiver.bodies.length, 1, "the breach goes on and is told once");
  const [body] = receiver.bodies;
  assert.deepEqual([body?.alert, body?.count, body?.windowMs], ["error source=shop > 3/1h", 4, 3_600_000]);
  assert.equal(body?.text, "4 log entries match `error source=shop` within 1h (alert: more than 3). First: `message 1`");
  assert.deepEqual(body?.entries.map(({ message }) => message), ["message 1", "message 2", "message 3", "the fourth"]);
  assert.deepEqual(receiver.paths, ["POST /services/T0/secret"]);
  assert.equal(running.output.stderr, "");
});

test("duplicates do not count, nor does what was stored before the start", async (t) => {
  const receiver = await hook(t);
  const file = temporaryFile(t);
  const first = program(t, "--port", "0", "--db", file, "--quiet");
  const batch = { batch: { id: "b", instance: "i" }, logs: [1, 2, 3].map((seq) => entry(seq, { level: "error" })) };
  await post(await addressOf(first), batch);
  first.child.kill("SIGTERM");
  await first.ended;
  const second = program(t, "--port", "0", "--db", file, "--quiet", "--alert", `error > 2/1h -> ${receiver.url}`);
  const url = await addressOf(second);
  for (let n = 0; n < 5; n += 1) await post(url, batch);
  for (const seq of [11, 12, 13]) await post(url, { batch: { id: `b${seq}`, instance: "i" }, logs: [entry(seq, { level: "error" })] });
  await waitFor("the alert", () => receiver.bodies.length > 0);
  assert.deepEqual(receiver.bodies[0]?.entries.map(({ message }) => message), ["message 11", "message 12", "message 13"]);
});

test("a webhook that hangs delays no sender, and the end does not wait for it", async (t) => {
  const receiver = await hook(t, () => {});
  const { running, send } = await start(t, `error > 0/1s -> ${receiver.url}`);
  await send(1);
  await waitFor("the post", () => receiver.bodies.length > 0);
  for (let n = 0; n < 50; n += 1) await send(10);
  running.child.kill("SIGTERM");
  assert.equal((await running.ended).code, 0);
  assert.equal(receiver.bodies.length, 1);
});

test("a webhook that fails or is not there is told on standard error, without its path, and a redirect is not followed", async (t) => {
  const target = await hook(t);
  const redirecting = await hook(t, (response) => response.writeHead(302, { location: `${target.url}/stolen` }).end());
  const failing = await hook(t, (response) => response.writeHead(500).end("no".repeat(1_000_000)));
  const gone = await freePort();
  const { running, url, send } = await start(
    t,
    `error > 0/1h -> ${redirecting.url}/secret`,
    `error > 0/2h -> ${failing.url}/secret`,
    `error > 0/3h -> http://127.0.0.1:${gone}/secret`,
  );
  await send(1);
  await waitFor("three sentences", () => running.output.stderr.split("\n").length === 4);
  assert.deepEqual(running.output.stderr.trimEnd().split("\n").sort(), [
    `sapwood-dev: The alert error > 0/1h could not be posted: ${redirecting.url} answered 302.`,
    `sapwood-dev: The alert error > 0/2h could not be posted: ${failing.url} answered 500.`,
    `sapwood-dev: The alert error > 0/3h could not be posted: http://127.0.0.1:${gone} cannot be reached.`,
  ]);
  assert.deepEqual(target.paths, []);
  assert.equal((await fetch(`${url}/health`)).status, 200);
});

test("a webhook has a bounded time to answer", async (t) => {
  const receiver = await hook(t, () => {});
  const problem = await postAlert(new URL(`${receiver.url}/secret`), { text: "", alert: "", count: 1, windowMs: 1, entries: [] }, 200);
  assert.equal(problem, `${receiver.url} did not answer within 0.2 s`);
});
