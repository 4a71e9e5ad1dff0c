/** The ledger: for each logger a sentence and its numbers, as the database has them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { Ledger } from "../../js/dev/src/api-types.js";
import { findingsOf, overall } from "../../js/dev/src/page/ledger/verdict.js";
import { batch, range } from "../collector/support.js";
import { waitFor } from "../support/wait.js";
import { dataset } from "./support/dataset.js";
import { openViewer, press, storedIds, waitForIds } from "./support/viewer.js";

const card = (page: Page, instance: string) => page.locator(`.card[data-instance="${instance}"]`);
const findings = (page: Page, instance: string): Promise<string[]> => card(page, instance).locator(".finding").allTextContents();

const QUIET: Ledger = {
  instance: "i", source: "s", environment: null, core: null, sdk: null, resource: null, userAgent: null, firstSeen: 0, lastSeen: 0, accepted: 5, lastSeq: 5,
  batches: 1, received: 5, duplicates: 0, stored: 5, expired: 0, unconfirmed: null, confirmed: 0, dropped: {}, final: null, missing: 0, gaps: [], moreGaps: false, waiting: 0,
};

test("the sentence says what is lost and where, what was left out on purpose, and what is still open", () => {
  const says = (change: Partial<Ledger>): string[] => findingsOf({ ...QUIET, ...change }).map(({ tone, text }) => `${tone}: ${text}`);
  assert.deepEqual(says({}), ["good: nothing lost"]);
  assert.deepEqual(says({ dropped: { buffer_full: 3 } }), ["lost: 3 dropped: buffer_full"]);
  assert.deepEqual(says({ dropped: { too_large: 2, buffer_full: 3, sampled: 0 } }), ["lost: 5 dropped: buffer_full 3, too_large 2"]);
  assert.deepEqual(says({ missing: 2, gaps: [[14, 15]] }), ["lost: 2 missing (seq 14–15)"]);
  assert.deepEqual(says({ missing: 3, gaps: [[4, 4], [8, 9]], moreGaps: true }), ["lost: 3 missing (seq 4, 8–9 …)"]);
  assert.deepEqual(says({ dropped: { sampled: 90, consent: 1 } }), ["good: nothing lost", "chosen: 91 left out as configured: sampled 90, consent 1"]);
  assert.deepEqual(says({ waiting: 4 }), ["good: nothing lost", "open: 4 not sent yet when last heard"]);
  assert.deepEqual(says({ unconfirmed: 7, confirmed: 5 }), ["good: nothing lost", "open: 2 given to a beacon and not seen here"]);
  assert.deepEqual(says({ unconfirmed: 7, confirmed: 7 }), ["good: nothing lost"]);
  assert.match(says({ accepted: null })[0] ?? "", /^good: no gap seen/);
  assert.equal(overall([QUIET, { ...QUIET, missing: 1 }]).text, "1 lost, of 1 of 2 loggers.");
  assert.equal(overall([QUIET]).text, "Nothing lost.");
});

test("each account is shown with the numbers of the database, the ones that lost something first", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), "#/ledger");
  await page.locator(".overall", { hasText: "5 lost, of 2 of 4 loggers." }).waitFor();
  assert.deepEqual(await findings(page, "77b1c0ffee125a9e"), ["2 missing (seq 4–5)"]);
  assert.deepEqual(await findings(page, "0f4477c2d8e94b10"), ["3 dropped: buffer_full", "2 not sent yet when last heard"]);
  assert.deepEqual(await findings(page, "e1d90a7733b2406f"), ["nothing lost"]);
  assert.deepEqual(await page.locator(".card h2").evaluateAll((all) => all.slice(0, 2).map(({ textContent }) => textContent).sort()), ["admin", "chat-widget"]);
  for (const ledger of reader.ledgers()) {
    const shown = await card(page, ledger.instance).locator(".number").evaluateAll((all) => all.map((number) => [(number as HTMLElement).dataset["name"], number.querySelector("dd")?.textContent]));
    const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
    const { accepted, received, stored, duplicates, missing, waiting, unconfirmed, confirmed, batches, expired } = ledger;
    const expected = Object.entries({ accepted, received, stored, duplicates, dropped, missing, waiting, unconfirmed, confirmed, batches, expired });
    assert.deepEqual(shown, expected.map(([name, count]) => [name, count === null ? "–" : String(count)]));
  }
  await page.locator("#loss", { hasText: "5 lost" }).waitFor();
  assert.match((await card(page, "e1d90a7733b2406f").locator(".card-life").textContent()) ?? "", /^closed /);
  assert.match((await card(page, "77b1c0ffee125a9e").locator(".card-life").textContent()) ?? "", /^page hidden or left /);
  assert.deepEqual(problems, []);
});

test("how long ago a logger was heard stays true while nothing arrives", async (t) => {
  const { page } = await openViewer(t, [batch("a", "quiet", range(1, 2), { accepted: 2 })], "#/ledger");
  const life = card(page, "quiet").locator(".card-life");
  await life.waitFor();
  await page.clock.setFixedTime(Date.now() + 125_000);
  await page.locator(".card-life", { hasText: "last heard 2 min ago" }).waitFor();
});

test("the badge counts the losses that the view does, also of a logger that many others were heard after", async (t) => {
  const lost = batch("lost", "lost", [1, 4], { accepted: 4 });
  const { page } = await openViewer(t, [lost, ...range(1, 60).map((number) => batch(`b${number}`, `i${number}`, [1], { accepted: 1 }))], "#/ledger");
  await page.locator(".overall", { hasText: "2 lost, of 1 of 61 loggers." }).waitFor();
  await page.locator("#loss", { hasText: "2 lost" }).waitFor();
});

test("a gap appears while one looks, and goes when what was missing comes late", async (t) => {
  const { page, send, problems } = await openViewer(t, [batch("a", "late", range(1, 5), { accepted: 5 })], "#/ledger");
  await waitFor("nothing lost", async () => (await findings(page, "late")).join() === "nothing lost");
  await send(batch("b", "late", [8, 9], { accepted: 9, final: "close" }));
  await waitFor("a gap", async () => (await findings(page, "late")).join() === "2 missing (seq 6–7)");
  await send(batch("c", "late", [6, 7]));
  await waitFor("nothing lost again", async () => (await findings(page, "late")).join() === "nothing lost");
  assert.deepEqual(problems, []);
});

test("by keyboard and by mouse one gets from an account to its entries", async (t) => {
  const { page, reader, problems } = await openViewer(t, dataset(), "#/ledger");
  await page.locator(".card").first().waitFor();
  await press(page, "j", "j");
  const chosen = await page.evaluate(() => (document.activeElement as HTMLElement).dataset["instance"] ?? "");
  await press(page, "Enter");
  await waitForIds(page, storedIds(reader, "instance = ?", [chosen]));
  await press(page, "g", "a");
  await card(page, "e1d90a7733b2406f").getByRole("link", { name: "its entries" }).click();
  await waitForIds(page, storedIds(reader, "instance = 'e1d90a7733b2406f'"));
  assert.deepEqual(problems, []);
});
