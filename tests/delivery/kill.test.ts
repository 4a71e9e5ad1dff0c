/**
 * `kill -9` of the whole browser in mid-session, with the journal on: what was accepted more than a second before arrives when the
 * page is visited again, once. Nothing has been sent until then.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type BrowserName, chosenBrowsers, newProfile, removeProfile, showIn } from "../support/browsers.js";
import { drivenPage } from "../support/page.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";
import { marks, NOT_DUE, settle } from "./exits.js";
import { record, type Run, RUNS } from "./figures.js";

const EVERY_MS = 25;
/** Entries after which the browser dies: some seconds. */
const SESSION = 100;
/** What is younger than this, in ms, at the death may be lost. */
const PROMISED_MS = 1_000;

for (const name of chosenBrowsers()) {
  test(`${name}: killed in mid-session: what was accepted a second before arrives at the next start, once`, async () => {
    const runs: Run[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await killAndReturn(name));
    record({ topic: "kill", scenario: "older than 1 s when the browser is killed", browser: name, runs });
    for (const { accepted, arrived, twice } of runs) {
      assert.ok(accepted > SESSION / 4, `only ${accepted} entries were old enough`);
      assert.deepEqual([arrived, twice], [accepted, 0]);
    }
  });
}

/** The account of one life and death, of the entries that were old enough. */
async function killAndReturn(name: BrowserName): Promise<Run> {
  const server = await FaultServer.start();
  const profile = await newProfile();
  const options = { environment: "test", endpoint: "/v1/logs", offline: "persist" as const, ...NOT_DUE };
  const first = await showIn(name, profile, drivenPage(server.url, { source: "killed", ...options }, EVERY_MS));
  await waitFor("a session", () => server.notes.length >= SESSION, 30_000);
  const diedAt = performance.now();
  await first.kill();
  assert.equal(server.received.length, 0, "something was sent before");
  // A note comes after its entry was accepted, so an old note is of an older entry.
  const promised = server.notes.filter(({ at }) => diedAt - at > PROMISED_MS).map(({ text }) => Number(text));

  const second = await showIn(name, profile, drivenPage(server.url, { source: "next", ...options, flushInterval: 0 }));
  await settle(server.ledger, "killed", promised.length, 20_000);
  await waitFor("the next page's own entry", () => server.ledger.count("next") === 1);
  await second.kill();
  await server.close();
  await removeProfile(profile);

  const came = marks(server.ledger, "killed");
  const arrived = new Set(came);
  return {
    accepted: promised.length,
    arrived: promised.filter((index) => arrived.has(index)).length,
    twice: came.length - arrived.size,
    again: server.ledger.again("killed"),
    counted: null,
  };
}
