// The cores that requests borrow: one that trapped is lent to nobody else, and giving it back throws nothing.
import assert from "node:assert/strict";
import { it } from "node:test";
import { create } from "../../js/src/create.js";
import type { CoreModule } from "../../js/src/protocol.js";
import { Pool } from "../../js/src/worker/pool.js";
import { FakeModule } from "./support/core.js";
import { assertCloses } from "./support/logger.js";

const OPTIONS = { source: "shop", endpoint: "https://logs.example.com/v1/logs", onError: () => {}, onDrop: () => {} };

const CALLS = ["_reserve", "_merge", "_start", "_listen", "_receive", "_records", "_flush", "_consent", "_stat"] as const;

/** The module as glue has it: an object whose functions need no `this`. */
function glued(module: FakeModule): CoreModule {
  const calls = CALLS.map((name) => [name, (...given: never[]) => (module[name] as (...given: never[]) => unknown).apply(module, given)]);
  return { _memory: module._memory, ...Object.fromEntries(calls) } as CoreModule;
}

/** A request, from its first entry to its flush; what gives its core back. */
async function request(pool: Pool): Promise<() => void> {
  const loader = pool.lease();
  const log = create(OPTIONS, loader);
  assert.equal((await log.info("m").flush()).delivered, 1);
  assertCloses(log.stats());
  return loader._return;
}

it("a core that came back empty is lent again", async () => {
  const module = new FakeModule();
  const pool = new Pool(() => glued(module), {});
  (await request(pool))();
  (await request(pool))();
  assert.equal(module.cores.length, 1);
});

it("a core that traps when it comes back is lent to nobody else", async () => {
  const module = new FakeModule();
  const pool = new Pool(() => glued(module), {});
  const giveBack = await request(pool);
  module.core.trapAt = "stat";
  giveBack();
  (await request(pool))();
  assert.equal(module.cores.length, 2);
});
