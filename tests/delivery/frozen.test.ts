/**
 * A page that goes into the back/forward cache in the midst of a write to the journal's store: the next page of the origin can use the
 * store. WebKit has it wait for ever for a transaction that a page in its cache holds open.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import type { journal, Operate } from "../../js/src/store.js";
import { chosenBrowsers, launch } from "../support/browsers.js";
import { startFixture } from "../support/fixture.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";

interface Bare {
  store: { journal: typeof journal };
  operate: Operate;
}

const DATABASE = "sapwood of a frozen page";
/** A store that answers does so in milliseconds. */
const PATIENCE_MS = 10_000;
const ROUNDS = 4;

for (const name of chosenBrowsers()) {
  test(`${name}: a page that is left while it writes has no other page wait`, async () => {
    const entry = join(root, "js/src/store.ts");
    const options = { bundle: true, write: false, format: "iife", globalName: "store" } as const;
    const script = (await build({ entryPoints: [entry], ...options })).outputFiles[0]!.text;
    const fixture = await startFixture();
    const browser = await launch(name);
    try {
      const page = await browser.open(`${fixture.server.url}/blank`);
      for (let round = 0; round < ROUNDS; round++) {
        await page.evaluate(
          ([script, database]) =>
            new Promise<void>((left) => {
              const tag = document.createElement("script");
              tag.textContent = `${script};window.store = store;`;
              document.head.append(tag);
              const bare = window as unknown as Bare;
              const record = (bytes: number, id: number) => new Uint8Array(16 + bytes).fill(7, 0, 8).fill(id, 15, 16);
              bare.operate = bare.store.journal(database, "/v1/logs", { method: "POST" }, (what, _spent, id) => {
                // 0: it is open; 1: stored. The first one comes with the lock.
                if (what === 0) bare.operate(0, record(9, 1));
                if (what !== 1 || id[15] !== 1) return;
                left();
                setTimeout(() => {
                  bare.operate(0, record(16 * 1024 * 1024, 2));
                  setTimeout(() => (location.href = "/page"));
                });
              });
            }),
          [script, DATABASE] as const,
        );
        await waitFor("the next page", () => page.evaluate(() => location.pathname === "/page" && document.readyState === "complete"));
        const used = page.evaluate(
          ([database, patience]) =>
            new Promise<string>((resolve) => {
              setTimeout(() => resolve("it waits"), patience);
              const request = indexedDB.open(database, 1);
              request.onsuccess = () => {
                const transaction = request.result.transaction("records", "readwrite");
                transaction.objectStore("records").clear();
                transaction.oncomplete = () => {
                  request.result.close();
                  resolve("used");
                };
              };
            }),
          [DATABASE, PATIENCE_MS] as const,
        );
        assert.equal(await used, "used", `round ${round}`);
        await page.goto(`${fixture.server.url}/blank`);
      }
    } finally {
      await browser.kill();
      await fixture.stop();
    }
  });
}
