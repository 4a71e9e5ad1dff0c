// What the user is told, and what happens to what user code throws.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rig, until } from "./support/logger.js";

describe("onError", () => {
  it("hears of each problem with code and status, in a microtask", async () => {
    const heard: unknown[] = [];
    const { core } = rig({ onError: (error) => heard.push([error.name, error.code, error.status, error.message]) });
    const fake = core();
    fake.notify(1, 1, 503, 0, 0, 0);
    fake.notify(1, 1, 503, 0, 0, 0);
    fake.notify(1, 0, 0, 0, 0, 0);
    fake.notify(1, 77, 0, 0, 0, 0);
    assert.deepEqual(heard, []);
    await until(() => heard.length === 4);
    assert.deepEqual(heard, [
      ["SapwoodError", "server_error", 503, "sapwood: server_error 503"],
      ["SapwoodError", "server_error", 503, "sapwood: server_error 503"],
      ["SapwoodError", "network_error", undefined, "sapwood: network_error"],
      ["SapwoodError", "internal", undefined, "sapwood: internal"],
    ]);
  });

  it("without it the console hears once of each code", async (t) => {
    const warn = t.mock.method(console, "warn", () => {});
    const { core } = rig({ onError: undefined as never });
    for (let i = 0; i < 5; i++) core().notify(1, i % 2, 0, 0, 0, 0);
    await until(() => warn.mock.callCount() === 2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(warn.mock.calls.map((call) => call.arguments[0] as string), ["sapwood: network_error", "sapwood: server_error"]);
  });
});

describe("onDrop", () => {
  it("hears the counts of a task together", async () => {
    const heard: unknown[] = [];
    const { log, core } = rig({ onDrop: (...drop) => heard.push(drop) });
    const fake = core();
    log.info("a").info("b").info("c");
    fake.drain();
    fake.drop(2, 1);
    fake.drop(2, 1);
    fake.drop(8, 1);
    await until(() => heard.length === 2);
    assert.deepEqual(heard, [["buffer_full", 2], ["expired", 1]]);
  });

  it("without it the console hears once of each reason", async (t) => {
    const warn = t.mock.method(console, "warn", () => {});
    const { log } = rig();
    await log.close();
    log.info("a");
    await until(() => warn.mock.callCount() === 1);
    log.info("b");
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(warn.mock.callCount(), 1);
    assert.match(String(warn.mock.calls[0]!.arguments[0]), /closed/);
  });
});

it("an onDrop whose own log calls are dropped does not keep the page from its tasks, and does not go on by itself", async () => {
  let calls = 0;
  const { log } = rig({
    onDrop: () => {
      calls++;
      log.warn("dropped").warn("again");
    },
  });
  await log.close();
  log.info("m");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(calls, 1, "what onDrop logs is counted, and told with the next drop");
  log.info("m");
  await until(() => calls === 2);
  await log.flush();
  assert.deepEqual(log.stats().dropped, { closed: 6 });
});

it("an onDrop that logs later goes on, but from task to task", async () => {
  let calls = 0;
  const { log } = rig({
    onDrop: async () => {
      await Promise.resolve();
      if (calls++ < 1000) log.warn("dropped");
    },
  });
  await log.close();
  log.info("m");
  // Microtasks would all have run before this timer.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(calls < 1000, `${calls} calls`);
});

it("what they throw or reject with is swallowed, and they may log", async (t) => {
  const rejected: unknown[] = [];
  const listener = (reason: unknown): number => rejected.push(reason);
  process.on("unhandledRejection", listener);
  t.after(() => process.off("unhandledRejection", listener));
  let calls = 0;
  const { log, core } = rig({
    onError: () => {
      log.info("from onError");
      calls++;
      throw new Error("user");
    },
    onDrop: async () => {
      calls++;
      await Promise.reject(new Error("user"));
    },
  });
  const fake = core();
  log.info("m");
  fake.drain();
  fake.notify(1, 0, 0, 0, 0, 0);
  fake.drop(2, 1);
  await until(() => calls === 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(rejected, []);
  assert.deepEqual(core().all("message"), ["m", "from onError"]);
});
