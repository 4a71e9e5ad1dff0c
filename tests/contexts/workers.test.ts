/**
 * Web workers, shared workers and service workers, in three browsers: no window, no document, and in service workers no `import()`.
 * Each by the browser's own imports, and from one bundled classic script.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chosenBrowsers, type BrowserName, type RealPage } from "../support/browsers.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { judge, NAMES, prepare } from "../runtimes/support/judge.js";
import type { Outcomes } from "../runtimes/scenarios/scenarios.js";
import type { Held, Question } from "./inside/worker.js";
import { opener } from "./support/browsers.js";
import { bundle, type EntryPoint, type Kind } from "./support/bundle.js";
import { ask, type Start, type WorkerName, WORKERS } from "./support/workers.js";

const open = opener();
let fixture: Fixture;
before(async () => {
  fixture = await startFixture();
});
after(() => fixture.stop());

/** How an application was bundled is no question of the browser's: in the short form one of them is asked for both. */
const kinds = (name: BrowserName): readonly Kind[] => (name === "chromium" || process.env["SAPWOOD_FULL"] ? ["module", "classic"] : ["module"]);
const STRICT = "default-src 'none'; connect-src 'self'; script-src 'self'";
let scripts = 0;

/** Serves a worker's script; a policy comes with it. */
function script(worker: WorkerName, kind: Kind, entry: EntryPoint = "sapwood", policy?: string): Start {
  const url = `/workers/${(scripts += 1)}/worker.js`;
  const headers = { "content-type": "text/javascript; charset=utf-8", ...(policy && { "content-security-policy": policy }) };
  fixture.server.served.set(url, { text: bundle("worker.ts", kind, entry), headers });
  return { worker, kind, url };
}

/** Asks a worker from a page of its own. */
async function asked<T>(name: BrowserName, start: Start, question: Question): Promise<T> {
  const page: RealPage = await open(name, `${fixture.server.url}/blank`);
  try {
    return await ask<T>(page, start, question);
  } finally {
    await page.close();
  }
}

const scenarios: Question = { ask: "scenarios", endpoint: "/v1/logs" };

for (const name of chosenBrowsers()) {
  for (const worker of WORKERS) {
    for (const kind of kinds(name)) {
      test(`${name}: the scenarios in a ${worker} worker (${kind})`, async (t) => {
        prepare(fixture.server);
        const outcomes = await asked<Outcomes>(name, script(worker, kind), scenarios);
        for (const scenario of NAMES) await t.test(scenario, () => judge(scenario, outcomes, fixture.server.received));
      });

      // Nothing can be loaded on demand in a service worker: there the entry that has it statically is for strict policies.
      const entry = worker === "service" ? "sapwood/js" : "sapwood";
      test(`${name}: \`script-src 'self'\`: the scenarios in a ${worker} worker (${kind}), by ${entry}`, async (t) => {
        prepare(fixture.server);
        const outcomes = await asked<Outcomes>(name, script(worker, kind, entry, STRICT), scenarios);
        for (const scenario of NAMES) await t.test(scenario, () => judge(scenario, outcomes, fixture.server.received, "js"));
      });
    }

    test(`${name}: what nobody catches in a ${worker} worker is logged`, async () => {
      const source = fixture.source();
      await asked(name, script(worker, "module"), { ask: "uncaught", options: { source, endpoint: "/v1/logs" } });
      const seen = fixture.collector.entries(source).map(({ errorName, message }) => [errorName, /\w+ in a worker/.exec(message)?.[0]]);
      assert.deepEqual(seen.sort(), [["RangeError", "thrown in a worker"], ["TypeError", "rejected in a worker"]]);
    });
  }

  test(`${name}: \`script-src 'self'\` in a service worker, by sapwood: nothing is thrown, what is held is told and counted`, async () => {
    const options = { source: fixture.source(), endpoint: "/v1/logs" };
    const { stats, closed, problems, thrown } = await asked<Held>(name, script("service", "module", "sapwood", STRICT), { ask: "held", options });
    assert.deepEqual([stats.core, stats.accepted, stats.buffered, stats.dropped], ["none", 2, 2, {}]);
    assert.deepEqual([closed.buffered, closed.dropped], [0, { not_ready: 2 }]);
    assert.deepEqual([[...new Set(problems)], thrown], [["core_unavailable"], []]);
    // One for each attempt to start.
    assert.ok(problems.length <= 3, problems.join(", "));
  });
}
