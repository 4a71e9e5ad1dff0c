/**
 * A page may replace any function that the driver calls, and log in it: then a core is called while it is being served. Nothing is
 * borrowed at such a moment, nothing is lost and nothing is sent twice. `fetch` has a file of its own.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { STAT_ACCEPTED, STAT_DELIVERED, STAT_UNCONFIRMED } from "../../js/src/protocol.js";
import { waitFor } from "../support/wait.js";
import { Core, flushed } from "./support/core.js";
import { replace } from "./support/globals.js";
import { Receiver } from "./support/receiver.js";
import { entry } from "./support/record.js";
import { assertDelivered, CALLS, inside } from "./support/reenter.js";
import { HIDE, WAKE } from "./support/signals.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("a setTimeout and a clearTimeout that log and flush", async (t) => {
  const { core, call } = inside(server, 5);
  const timer = (name: "setTimeout" | "clearTimeout"): void => {
    const standing = replace<(...given: unknown[]) => unknown>(t, name, (...given: unknown[]) => {
      call();
      return standing(...given);
    });
  };
  timer("setTimeout");
  timer("clearTimeout");
  core.records(entry(1), entry(2));
  core.flush();
  await assertDelivered(server, core, 2 + CALLS);
});

test("clocks and AbortSignal.timeout that log and flush", async (t) => {
  const { core, call } = inside(server);
  const patch = (target: object, name: string): void => {
    const standing = Reflect.get(target, name) as (...given: unknown[]) => unknown;
    t.mock.method(target as Record<string, () => unknown>, name, (...given: unknown[]) => {
      call();
      return standing.apply(target, given);
    });
  };
  patch(Date, "now");
  patch(AbortSignal, "timeout");
  patch(performance, "now");
  core.records(entry(1), entry(2));
  core.flush();
  await assertDelivered(server, core, 2 + CALLS);
});

test("a beacon that logs and flushes", async (t) => {
  const core = new Core(server.endpoint, { keepalive: false });
  let calls = 0;
  const sendBeacon = (): boolean => {
    if (++calls < CALLS) core.records(entry(calls + 1));
    core.flush();
    return true;
  };
  replace(t, "navigator", { sendBeacon });
  core.records(entry(1));
  core.receive(HIDE);
  await waitFor("all beacons", () => core.stat(STAT_UNCONFIRMED) === CALLS);
  core.assertSound();
});

test("an addEventListener and a removeEventListener that log and flush", async (t) => {
  let core: Core | undefined;
  let calls = 0;
  const change = (): void => {
    if (!core || calls >= CALLS) return;
    calls++;
    core.records(entry(1000 + calls));
    core.flush();
  };
  for (const name of ["addEventListener", "removeEventListener"]) replace(t, name, change);
  core = new Core(server.endpoint);
  core.records(entry(1));
  await flushed(core, 1000, true);
  assert.ok(calls > 0, "the listeners were removed");
  assert.deepEqual([core.stat(STAT_DELIVERED), core.stat(STAT_ACCEPTED)], [1, 1 + calls]);
  core.assertSound();
});

test("notify and drain that log and flush", async () => {
  let calls = 0;
  const again = (self: Core): void => {
    if (calls >= CALLS) return;
    calls++;
    self.records(entry(1000 + calls));
    self.flush();
    self.receive(WAKE);
    self.consent(1);
  };
  const core = new Core(server.endpoint, {}, { notify: again, drain: again });
  core.records(entry(1));
  core.flush();
  await assertDelivered(server, core, 1 + CALLS);
});
