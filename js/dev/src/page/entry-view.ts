/**
 * Owns: how one entry is shown: a line that unfolds into all that it holds.
 * Invariant: what unfolds is made when it is opened, so that a thousand closed entries cost a thousand lines and no more.
 * Tested in: tests/collector/page.test.ts.
 */
import type { StoredEntry } from "../api-types.js";
import { LEVELS } from "../levels.js";
import { fetchEntry } from "./client.js";
import { block, element, timeOf } from "./dom.js";

/** The list item of one entry. */
export function entryView(entry: StoredEntry): HTMLLIElement {
  // The server takes these six only; the check keeps anything else out of a class name.
  const level = LEVELS.includes(entry.level) ? entry.level : "trace";
  const summary = element(
    "summary",
    "",
    element("span", `level level-${level}`, level),
    timeOf(entry.timestamp),
    element("span", "message", entry.errorName === null ? entry.message : `${entry.errorName}: ${entry.message}`),
    element("span", "side", sideOf(entry)),
  );
  const details = element("details", "", summary);
  details.addEventListener("toggle", () => void fill(details, entry));
  const item = element("li", `entry-${level}`, details);
  item.dataset["id"] = String(entry.id);
  return item;
}

/** The id of the entry that a list item shows. */
export function idOf(item: HTMLLIElement): number {
  return Number(item.dataset["id"]);
}

function sideOf(entry: StoredEntry): string {
  const flow = entry.flowId === null ? "" : ` · ${entry.flowId}${entry.stepIndex === null ? "" : ` #${entry.stepIndex}`}`;
  return `${entry.source ?? ""}${flow}`;
}

/** Adds what unfolds, the first time the entry is opened; after a failure the next opening tries again. */
async function fill(details: HTMLDetailsElement, entry: StoredEntry): Promise<void> {
  if (!details.open || details.dataset["filled"] === "yes") return;
  details.dataset["filled"] = "yes";
  const detail = element("div", "detail");
  try {
    const { errorStack, ...rest } = entry.entry ?? (await fetchEntry(entry.id)).entry ?? {};
    if (typeof errorStack === "string") detail.append(element("h3", "", "Stack"), block(errorStack));
    detail.append(element("h3", "", `Entry ${entry.id}, arrived ${new Date(entry.receivedAt).toISOString()}`));
    detail.append(block(JSON.stringify(rest, null, 2)));
  } catch {
    delete details.dataset["filled"];
    detail.append(element("p", "bad", "This entry could not be loaded; close and open it to try again."));
  }
  details.querySelector(".detail")?.remove();
  details.append(detail);
}
