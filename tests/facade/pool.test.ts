// The cores that flushes borrow: one that trapped is lent to nobody else, and giving it back throws nothing.
import assert from "node:assert/strict";
import { it } from "node:test";
import { assemble } from "../../js/src/create.js";
import { EdgeEngine } from "../../js/src/edge.js";
import { leases } from "../../js/src/edge-loader.js";
import { check } from "../../js/src/options.js";
import { Pool } from "../../js/src/pool.js";
import type { CoreModule } from "../../js/src/protocol.js";
import type { RootLogger } from "../../js/src/root.js";
import { FakeModule } from "./support/core.js";
import { assertCloses } from "./support/logger.js";

const OPTIONS = { source: "shop", endpoint: "https://logs.example.com/v1/logs", onError: () => {}, onDrop: () => {} };

const CALLS = ["_reserve", "_merge", "_start", "_listen", "_receive", "_records", "_flush", "_consent", "_stat"] as const;

/** The module as glue has it: an object whose functions need no `this`. */
function glued(module: FakeModule): CoreModule {
  const calls = CALLS.map((name) => [name, (...given: never[]) => (module[name] as (...given: never[]) => unknown).apply(module, given)]);
  return { _memory: module._memory, ...Object.fromEntries(calls) } as CoreModule;
}

/** A request's logger, with an entry. */
function begin(pool: Pool): RootLogger {
  const log = assemble(new EdgeEngine(check(OPTIONS), leases(pool, () => 0)));
  log.info("m");
  return log;
}

it("a core that came back empty is lent again", async () => {
  const module = new FakeModule();
  const pool = new Pool(() => glued(module), {});
  for (let request = 0; request < 2; request++) {
    const log = begin(pool);
    assert.equal((await log.flush()).delivered, 1);
    assertCloses(log.stats());
  }
  assert.equal(module.cores.length, 1);
});

it("a core that traps when it comes back is lent to nobody else", async () => {
  const module = new FakeModule();
  const pool = new Pool(() => glued(module), {});
  const log = begin(pool);
  const flushed = log.flush();
  module.core.trapAt = "stat";
  await flushed;
  assertCloses(log.stats());
  assert.equal(log.stats().dropped.core_failed, 1);
  assert.equal((await begin(pool).flush()).delivered, 1);
  assert.equal(module.cores.length, 2);
});
