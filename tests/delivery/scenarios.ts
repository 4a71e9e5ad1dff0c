/**
 * The shared table of scenarios, played in real browsers: faults of the server (`scenarios-faults.test.ts`) and of the line
 * (`scenarios-offline.test.ts`), and what must come of them.
 * WebKit forgets what it has stored when it dies under automation: `kill.test.ts` kills one that is not.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chosenBrowsers, launchWith, newProfile, type RealBrowser, removeProfile } from "../support/browsers.js";
import { assertCloses, dropped } from "../support/stats.js";
import { record, type Run, type Topic } from "./figures.js";
import { Stage } from "./stage.js";
import { kills, readScenarios, type Scenario } from "./table.js";

/** Wall clocks are read in whole milliseconds, and by two different calls. */
const CLOCK_MS = 2;

const topicOf = (scenario: Scenario): Topic => (kills(scenario) ? "kill" : /offline/.test(scenario.name) ? "offline" : "faults");

/** Registers the tests of these topics, for each browser. */
export function playAll(...topics: Topic[]): void {
  for (const name of chosenBrowsers()) {
    let browser: RealBrowser;
    let profile: string;
    before(async () => {
      profile = await newProfile();
      browser = await launchWith(name, profile);
    });
    after(async () => {
      await browser.close();
      await removeProfile(profile);
    });

    for (const scenario of readScenarios().filter((each) => name !== "webkit" || !kills(each))) {
      const topic = topicOf(scenario);
      if (!topics.includes(topic)) continue;
      test(`${name}: ${scenario.name}`, async () => {
        const stage = await Stage.play(scenario, browser, profile);
        browser = stage.browser;
        record({ topic, scenario: scenario.name, browser: name, runs: [accountOf(stage)] });
        await stage.close();
        judge(stage);
      });
    }
  }
}

/** What came of a scenario. The test's own mark of an entry is its message. */
function accountOf({ server, source, readings }: Stage): Run & { counted: number } {
  const messages = server.ledger.of(source).map(({ entry }) => entry.message);
  const arrived = new Set(messages).size;
  return {
    accepted: readings.reduce((sum, reading) => sum + reading.accepted, 0),
    arrived,
    twice: messages.length - arrived,
    again: server.ledger.again(source),
    counted: readings.reduce((sum, reading) => sum + dropped(reading), 0),
  };
}

function judge(stage: Stage): void {
  const { server, scenario, readings } = stage;
  const { expect } = scenario;
  const run = accountOf(stage);
  readings.forEach(assertCloses);
  assert.equal(run.accepted, expect.accepted, "accepted");
  assert.equal(run.twice, 0, "kept twice");
  if (expect.arrived !== undefined) assert.equal(run.arrived, expect.arrived, "arrived");
  if (expect.requests) {
    const [least, most] = expect.requests;
    assert.ok(server.received.length >= least && server.received.length <= most, `${server.received.length} requests`);
  }
  if (expect.settled) {
    const settled = stage.settled.map(({ delivered, pending, dropped }) => ({ delivered, pending, dropped }));
    assert.deepEqual(settled, expect.settled);
  }
  const drops: Record<string, number> = {};
  for (const [reason, count] of readings.flatMap((reading) => Object.entries(reading.dropped))) {
    drops[reason] = (drops[reason] ?? 0) + count;
  }
  if (expect.sumCloses) {
    assert.ok(run.counted > 0, "nothing was dropped");
    assert.equal(run.arrived + run.counted, run.accepted, "arrived and counted");
  } else {
    assert.deepEqual(drops, expect.dropped ?? {});
  }
  oneTextEach(stage);
  if (expect.inOrder) inOrder(stage);
  if (expect.timestamps) timestamps(stage);
}

/** An id names one text, however often it was sent. */
function oneTextEach({ server }: Stage): void {
  const texts = new Map<string, string>();
  for (const { batch, logs } of server.received) {
    for (const entry of logs) {
      const [key, text] = [`${batch.instance} ${entry.seq}`, JSON.stringify(entry)];
      assert.equal(texts.get(key) ?? text, text, `two texts for ${key}`);
      texts.set(key, text);
    }
  }
}

function inOrder({ server, source }: Stage): void {
  const last = new Map<string, number>();
  for (const { instance, entry } of server.ledger.of(source)) {
    assert.ok(entry.seq > (last.get(instance) ?? -1), `entry ${entry.seq} came after ${last.get(instance)}`);
    last.set(instance, entry.seq);
  }
}

function timestamps({ server, source, called }: Stage): void {
  for (const { entry } of server.ledger.of(source)) {
    const index = Number(entry.message.replace("entry ", ""));
    const call = called.find(({ from, count }) => index >= from && index < from + count);
    assert.ok(call, `nobody logged "${entry.message}"`);
    const { timestamp } = entry;
    assert.ok(timestamp >= call.first - CLOCK_MS && timestamp <= call.last + CLOCK_MS, `${timestamp}: ${JSON.stringify(call)}`);
  }
}
