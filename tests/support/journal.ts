/**
 * What tests of the journal ask a tab: for its locks, and for what is in the store. Owns no names but those that it is given.
 */
import { at, type Tab } from "./tabs.js";
import type { PlainOptions } from "./page.js";

/** Makes `window.log`, with a journal, from these options; resolves when its core is there. */
export async function openPersistent(tab: Tab, options: Partial<PlainOptions> & { source: string }): Promise<void> {
  await tab.evaluate(async (given) => {
    const all = { environment: "test", endpoint: "/v1/logs", offline: "persist" as const, flushInterval: 60_000, ...given };
    window.problems = [];
    window.log = window.sapwood.createLogger({ ...all, onError: ({ code }) => window.problems.push(code) });
    await window.log.flush({ timeoutMs: 5_000 });
  }, options);
}

/** The locks that pages of the tab's origin hold or wait for. */
export function lockNames(tab: Tab): Promise<{ held: (string | undefined)[]; pending: (string | undefined)[] }> {
  return tab.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return { held: held.map((lock) => lock.name), pending: pending.map((lock) => lock.name) };
  });
}

/** The records of a database that is there, as text. */
export function recordTexts(tab: Tab, database: string): Promise<string[]> {
  return tab.evaluate(
    (name) =>
      new Promise<string[]>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const all = request.result.transaction("records").objectStore("records").getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => {
            request.result.close();
            resolve(all.result.map((bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes)));
          };
        };
      }),
    database,
  );
}

/** Notes on `window.looks` how many records each look for those of gone pages has found. Call it before the logger is made. */
export async function noteLooks(tab: Tab): Promise<void> {
  await tab.evaluate(() => {
    const looks: number[] = [];
    Object.assign(window, { looks });
    const { getAllKeys } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.getAllKeys = function (...given) {
      const request = getAllKeys.apply(this, given);
      this.transaction.addEventListener("complete", () => looks.push(request.result.length));
      return request;
    };
  });
}

/** How many records the last look has found; undefined before the first. */
export const lastLook = (tab: Tab) => tab.evaluate(() => (window as unknown as { looks: number[] }).looks.at(-1));

/** Leaves the page for another, so that it goes into the back/forward cache. */
export async function leave(tab: Tab): Promise<void> {
  await tab.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => window.problems.push(`persisted: ${persisted}`), { once: true });
    location.href = "/blank";
  });
  await at(tab, "/blank");
}

/** Returns to the page that `leave` left, and says whether the cache had taken it. */
export async function comeBack(tab: Tab): Promise<boolean> {
  await tab.evaluate(() => history.back());
  await at(tab, "/page");
  return tab.evaluate(() => window.problems.includes("persisted: true"));
}
