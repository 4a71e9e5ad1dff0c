/**
 * Owns: the page's state and its refreshing.
 * Does not own: how things look (entry-view.ts, side-views.ts, page.css) or text safety (dom.ts).
 * Invariants: one refresh at a time; the document never holds more than `SHOWN_MAX` entries; a hidden page asks nothing.
 * Tested in: tests/collector/page.test.ts and page-list.test.ts.
 */
import type { EntriesAnswer } from "../api-types.js";
import { fetchEntries, fetchFlows, fetchInstances, type Filter } from "./client.js";
import { byId, element } from "./dom.js";
import { entryView, idOf } from "./entry-view.js";
import { flowView, ledgerView } from "./side-views.js";

const REFRESH_MS = 1_000;
const SHOWN_MAX = 1_000;
const STEP = 100;
const CATCH_UP = 500;
const SIDE_ITEMS = 20;

const list = byId("entries", HTMLOListElement);
const status = byId("status", HTMLParagraphElement);
const empty = byId("empty", HTMLParagraphElement);
const older = byId("older", HTMLButtonElement);
const level = byId("level", HTMLSelectElement);
const search = byId("search", HTMLInputElement);
const flowButton = byId("flow", HTMLButtonElement);

let flow = "";
/** The id up to which the server has looked; null before the first answer. */
let cursor: number | null = null;
/** The id of the oldest entry shown, and whether there are older ones. */
let oldest: number | null = null;
let hasOlder = false;
let loadingOlder = false;
/** Counts the changes of the filter, so that an answer to an earlier one is not shown. */
let generation = 0;
/** What the flows and loggers looked like last, so that unchanged lists keep focus and selection. */
const shown = new Map<HTMLElement, string>();

function filter(): Filter {
  return { level: level.value, q: search.value, flow };
}

async function refresh(): Promise<void> {
  const asked = generation;
  if (cursor === null) {
    const answer = await fetchEntries(filter(), STEP);
    if (asked !== generation) return;
    list.replaceChildren(...answer.entries.map(entryView));
    cursor = answer.cursor;
    oldest = answer.entries.at(-1)?.id ?? null;
    hasOlder = answer.more;
  } else {
    const answer = await fetchEntries(filter(), CATCH_UP, { after: cursor });
    if (asked !== generation) return;
    prepend(answer);
  }
  offerOlder();
  empty.hidden = list.childElementCount > 0;
  empty.textContent = level.value + search.value + flow === "" ? "No entries yet." : "No entries match.";
}

function prepend(answer: EntriesAnswer): void {
  if (answer.more) {
    // Entries come faster than they can be shown: start again from the newest.
    cursor = null;
    return;
  }
  cursor = answer.cursor;
  if (answer.entries.length === 0) return;
  list.prepend(...answer.entries.map(entryView));
  oldest ??= answer.entries.at(-1)?.id ?? null;
  while (list.childElementCount > SHOWN_MAX) {
    list.lastElementChild?.remove();
    const last = list.lastElementChild;
    oldest = last instanceof HTMLLIElement ? idOf(last) : null;
    hasOlder = true;
  }
}

function offerOlder(): void {
  older.hidden = !hasOlder || list.childElementCount >= SHOWN_MAX;
}

async function showOlder(): Promise<void> {
  const room = Math.min(STEP, SHOWN_MAX - list.childElementCount);
  if (oldest === null || room <= 0 || loadingOlder) return;
  const [asked, from] = [generation, oldest];
  loadingOlder = true;
  try {
    const answer = await fetchEntries(filter(), room, { before: from });
    // New entries may have pushed out the one that these would follow.
    if (asked !== generation || from !== oldest || list.childElementCount + answer.entries.length > SHOWN_MAX) return;
    list.append(...answer.entries.map(entryView));
    oldest = answer.entries.at(-1)?.id ?? oldest;
    hasOlder = answer.more;
    offerOlder();
  } finally {
    loadingOlder = false;
  }
}

async function refreshSide(): Promise<void> {
  const [{ flows }, { instances }] = await Promise.all([fetchFlows(SIDE_ITEMS), fetchInstances(SIDE_ITEMS)]);
  replaceIfNew(byId("flows", HTMLUListElement), flows, () => flows.map((item) => flowView(item, chooseFlow)));
  replaceIfNew(byId("loggers", HTMLUListElement), instances, () => instances.map(ledgerView));
}

function replaceIfNew(target: HTMLElement, data: readonly unknown[], views: () => readonly HTMLLIElement[]): void {
  const text = JSON.stringify(data);
  if (shown.get(target) === text) return;
  shown.set(target, text);
  target.replaceChildren(...(data.length > 0 ? views() : [element("li", "item quiet", "None yet.")]));
}

function chooseFlow(id: string): void {
  flow = id;
  flowButton.hidden = id === "";
  flowButton.replaceChildren(element("span", "", `flow ${id} ✕`));
  flowButton.title = "Show all flows again";
  restart();
}

function restart(): void {
  generation += 1;
  cursor = null;
  void tick();
}

let running = false;
let again = false;

/** One refresh; a call while one is under way makes another one follow. */
async function tick(): Promise<void> {
  if (running) {
    again = true;
    return;
  }
  running = true;
  again = false;
  try {
    await Promise.all([refresh(), refreshSide()]);
    status.className = "";
    status.textContent = `Live, ${list.childElementCount} ${list.childElementCount === 1 ? "entry" : "entries"} shown`;
    if (cursor === null) again = true;
  } catch {
    status.className = "failing";
    status.textContent = "The collector does not answer; trying again …";
  } finally {
    running = false;
  }
  if (again) void tick();
}

level.addEventListener("change", restart);
search.addEventListener("input", restart);
flowButton.addEventListener("click", () => chooseFlow(""));
older.addEventListener("click", () => void showOlder().catch(() => (status.textContent = "Older entries could not be loaded.")));
document.addEventListener("visibilitychange", () => void (document.hidden || tick()));
setInterval(() => void (document.hidden || tick()), REFRESH_MS);
void tick();
