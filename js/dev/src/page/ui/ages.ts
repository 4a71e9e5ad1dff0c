/**
 * Owns: how long ago something was, kept true for as long as it is shown: nothing has to arrive for time to pass.
 * Invariant: one timer for the page, and nothing is held: what is in the document is looked for each time.
 * Tested in: tests/viewer/ledger.test.ts.
 */
import { element, setText } from "./dom.js";
import { ago } from "./format.js";

const REFRESH_MS = 1_000;

/** How long ago an instant was, such as `12 s ago`. */
export function age(ms: number, className = ""): HTMLSpanElement {
  const made = element("span", className, ago(ms, Date.now()));
  made.dataset["ago"] = String(ms);
  return made;
}

/** Keeps every age in the document true. */
export function startAges(): void {
  setInterval(() => {
    if (document.hidden) return;
    for (const shown of document.querySelectorAll<HTMLElement>("[data-ago]")) setText(shown, ago(Number(shown.dataset["ago"]), Date.now()));
  }, REFRESH_MS);
}
