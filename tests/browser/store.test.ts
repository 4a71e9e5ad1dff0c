/**
 * The journal's store by itself, without a core: the operations that a core asks for seldom, in real pages. Everything else about it
 * is tested with the core, in `persist.test.ts` and `journal.test.ts`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import type { journal, Operate } from "../../js/src/store.js";
import { type Fixture, startFixture } from "../support/fixture.js";
import { root } from "../support/paths.js";
import { waitFor } from "../support/wait.js";

interface Bare {
  store: { journal: typeof journal };
  operate: Operate;
  /** What the core was told: what, a count, the last byte of an id. */
  told: [number, number, number | undefined][];
  /** How often it was told that the page stays. */
  stays: number;
}
/** What the core asks for, by number. */
const [ERASE, LOOK, END, RESIGN] = [1, 3, 4, 6];
/** What it is told. */
const [OPEN, STORED, ORPHAN, CLOSED] = [0, 1, 3, 5];
const NAME = "https://logs.example.com/v1/logs";
const LEAD = `sapwood ${NAME}`;

let fixture: Fixture;
let script = "";
before(async () => {
  fixture = await startFixture();
  const entry = join(root, "js/src/store.ts");
  const built = await build({ entryPoints: [entry], bundle: true, write: false, format: "iife", globalName: "store" });
  script = built.outputFiles[0]!.text;
});
after(() => fixture.stop());

/** A page with a store, which may not be open yet. */
async function begin(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${fixture.server.url}/blank`);
  await page.addScriptTag({ content: script });
  await page.evaluate((name) => {
    const bare = window as unknown as Bare;
    [bare.told, bare.stays] = [[], 0];
    bare.operate = bare.store.journal(`sapwood ${name}`, name, { method: "POST" }, (what, count, id) => {
      // From 6 on: what has nothing to do with the store.
      if (what < 6) bare.told.push([what, count, id[15]]);
      if (what === 7) bare.stays += 1;
    });
  }, NAME);
  return page;
}

const told = (page: Page) => page.evaluate(() => (window as unknown as Bare).told);

/** A page with a store that is open. */
async function open(context: BrowserContext): Promise<Page> {
  const page = await begin(context);
  await waitFor("an open store", async () => (await told(page)).some(([what]) => what === OPEN));
  return page;
}

/** Writes records of one instance, so many ms ago, with so many bytes, under ids that end in 0, 1, 2 … */
async function write(page: Page, records: { ago: number; bytes: number }[]): Promise<void> {
  await page.evaluate((records) => {
    const [bare, now] = [window as unknown as Bare, Date.now()];
    records.forEach(({ ago, bytes }, at) => {
      Date.now = () => now - ago;
      const record = new Uint8Array(16 + bytes).fill(7, 0, 8);
      record.set([at >> 8, at & 255], 14);
      bare.operate(0, record);
    });
    Date.now = () => now;
  }, records);
  await waitFor("the records", async () => (await told(page)).filter(([what]) => what === STORED).length === records.length);
}

/** How many records are in the store. */
const count = (page: Page) =>
  page.evaluate(
    (name) =>
      new Promise<number>((resolve) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => {
          const count = request.result.transaction("records").objectStore("records").count();
          count.onsuccess = () => {
            request.result.close();
            resolve(count.result);
          };
        };
      }),
    LEAD,
  );

const operate = (page: Page, operation: number) =>
  page.evaluate((operation) => (window as unknown as Bare).operate(operation, new Uint8Array()), operation);

/** How many pages hold the lead, and how many wait for it. */
const leads = (page: Page) =>
  page.evaluate(async (name) => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return [held, pending].map((locks) => locks.filter((lock) => lock.name === name).length).join();
  }, LEAD);

test("who gives the lead up leaves it to another page, and takes it again when it is to look", async () => {
  const context = await (await fixture.browser()).newContext();
  const [one, two] = [await open(context), await open(context)];
  assert.equal(await leads(one), "0,0");
  await operate(one, LOOK);
  await waitFor("the lead", async () => (await leads(one)) === "1,0");
  await operate(two, LOOK);
  await waitFor("one more who would", async () => (await leads(one)) === "1,1");
  await operate(one, RESIGN);
  await waitFor("the other in its place", async () => (await leads(one)) === "1,0");
  await operate(one, LOOK);
  await waitFor("one more who would again", async () => (await leads(one)) === "1,1");
  await operate(one, RESIGN);
  await waitFor("nobody who waits", async () => (await leads(one)) === "1,0");
  await operate(two, RESIGN);
  await waitFor("nobody", async () => (await leads(one)) === "0,0");
  await operate(one, LOOK);
  await waitFor("the lead again", async () => (await leads(one)) === "1,0");
  await context.close();
});

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const left = {
  "too old, unless a clock stood wrong": [[400 * DAY_MS, 8 * DAY_MS, 6 * DAY_MS, HOUR_MS], [9, 9, 9, 9], [0, 1, 0, 0]],
  "too many": [Array(258).fill(HOUR_MS), Array(258).fill(9), [1, 1, ...Array(256).fill(0)]],
  "too much": [[5, 4, 3, 2, 1], Array(5).fill(4 * 1024 * 1024), [1, 0, 0, 0, 0]],
} as Record<string, [number[], number[], number[]]>;

for (const [what, [ages, sizes, spent]] of Object.entries(left)) {
  test(`of what dead pages have left is given up what is ${what}; the oldest is told of first`, async () => {
    const context = await (await fixture.browser()).newContext();
    const gone = await open(context);
    await write(gone, ages.map((ago, at) => ({ ago, bytes: sizes[at]! })));
    const page = await open(context);
    await gone.close();
    await operate(page, LOOK);
    const orphans = async () => (await told(page)).filter(([what]) => what === ORPHAN);
    await waitFor("all of them", async () => (await orphans()).length >= ages.length);
    assert.deepEqual((await orphans()).map(([, , id]) => id), ages.map((_, at) => at & 255));
    assert.deepEqual((await orphans()).map(([, count]) => count), spent);
    await context.close();
  });
}

test("what is delivered after the end is erased, and nothing is left open", async () => {
  const context = await (await fixture.browser()).newContext();
  const page = await open(context);
  await write(page, [{ ago: 0, bytes: 9 }]);
  await operate(page, END);
  assert.equal(await count(page), 1);
  await page.evaluate((operation) => {
    const id = new Uint8Array(16).fill(7, 0, 8);
    (window as unknown as Bare).operate(operation, id);
  }, ERASE);
  await waitFor("an empty store", async () => (await count(page)) === 0);
  const deleted = await page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve("deleted");
        request.onblocked = () => resolve("somebody has it open");
      }),
    LEAD,
  );
  assert.equal(deleted, "deleted");
  await context.close();
});

test("a database that does not open in time is none, and is not told of when it comes", async () => {
  const context = await (await fixture.browser()).newContext();
  const holder = await context.newPage();
  await holder.goto(`${fixture.server.url}/blank`);
  // An upgrade that goes on until it is told to end: whoever opens the database waits for it.
  await holder.evaluate(
    (name) =>
      new Promise<void>((begun) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => {
          const records = request.result.createObjectStore("records");
          const goOn = (): void => {
            if (!window.name) records.count().onsuccess = goOn;
          };
          goOn();
          begun();
        };
        request.onsuccess = () => request.result.close();
      }),
    LEAD,
  );
  await context.clock.install();
  const page = await begin(context);
  assert.deepEqual(await told(page), []);
  await page.clock.runFor(10_000);
  await waitFor("the end of the patience", async () => (await told(page)).length > 0);
  await holder.evaluate(() => void (window.name = "enough"));
  assert.equal(await count(holder), 0, "it can be opened now");
  assert.deepEqual((await told(page)).map(([what]) => what), [CLOSED]);
  await context.close();
});

for (const persisted of [true, false]) {
  test(`a write in the midst of which a page is left is ${persisted ? "given up without a word where the page may come back" : "done where it does not"}`, async () => {
    const context = await (await fixture.browser()).newContext();
    const page = await open(context);
    await write(page, [{ ago: 0, bytes: 9 }]);
    await page.evaluate(async (persisted) => {
      const record = new Uint8Array(16 + 8 * 1024 * 1024).fill(7, 0, 8).fill(1, 15, 16);
      (window as unknown as Bare).operate(0, record);
      // The transaction is begun by now, and no event of it can have come.
      for (let i = 0; i < 20; i++) await undefined;
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted }));
    }, persisted);
    // It waits for all that is still going on in the store.
    assert.equal(await count(page), persisted ? 1 : 2);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    // What is asked again is done.
    const again = (id: number) => (window as unknown as Bare).operate(0, new Uint8Array(17).fill(7, 0, 8).fill(id, 15, 16));
    await page.evaluate(again, 2);
    await waitFor("the record", async () => (await told(page)).some(([what, , id]) => what === STORED && id === 2));
    const stored = (await told(page)).filter(([what]) => what !== OPEN);
    assert.deepEqual(stored, [0, 1, 2].filter((id) => id !== 1 || !persisted).map((id) => [STORED, 0, id]));
    await context.close();
  });
}

test("that a page stays is told in a task after each event of its life, but not from the cache nor after the end", async () => {
  const context = await (await fixture.browser()).newContext();
  const page = await open(context);
  const stays = () => page.evaluate(() => (window as unknown as Bare).stays);
  await waitFor("the first", async () => (await stays()) === 1);
  /** How often it is told of these events, at once and two tasks later. */
  const toldOf = (...types: string[]) =>
    page.evaluate(async (types) => {
      const bare = window as unknown as Bare;
      const before = bare.stays;
      for (const type of types) {
        if (type === "end") bare.operate(4, new Uint8Array());
        else if (type === "visibilitychange") document.dispatchEvent(new Event(type, { bubbles: true }));
        else dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
      }
      for (let i = 0; i < 20; i++) await undefined;
      const atOnce = bare.stays - before;
      for (let i = 0; i < 2; i++) {
        const { port1, port2 } = new MessageChannel();
        await new Promise((resolve) => {
          port1.onmessage = resolve;
          port2.postMessage(0);
        });
      }
      return [atOnce, bare.stays - before];
    }, types);
  assert.deepEqual(await toldOf("visibilitychange"), [0, 1]);
  assert.deepEqual(await toldOf("pagehide", "visibilitychange"), [0, 0]);
  assert.deepEqual(await toldOf("pageshow"), [0, 1]);
  assert.deepEqual(await toldOf("end", "visibilitychange"), [0, 0]);
  await context.close();
});

test("where there are no messages, or broken ones, the store does without", async () => {
  const context = await (await fixture.browser()).newContext();
  await context.addInitScript(() => {
    window.MessageChannel = class {
      constructor() {
        throw new Error("replaced");
      }
    } as unknown as typeof MessageChannel;
  });
  const page = await open(context);
  await write(page, [{ ago: 0, bytes: 9 }]);
  assert.equal(await page.evaluate(() => (window as unknown as Bare).stays), 0);
  await context.close();
});
