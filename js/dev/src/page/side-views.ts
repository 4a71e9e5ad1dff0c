/**
 * Owns: how a flow and a logger's account are shown.
 * Tested in: tests/collector/page.test.ts.
 */
import type { FlowSummary, Ledger } from "../api-types.js";
import { element, type Content } from "./dom.js";

/** The list item of one flow; `choose` is told when the reader wants its entries. */
export function flowView(flow: FlowSummary, choose: (id: string) => void): HTMLLIElement {
  const button = element("button", "", flow.id);
  button.type = "button";
  button.addEventListener("click", () => choose(flow.id));
  const outcome = flow.outcome ?? "running";
  const tone = outcome === "ok" ? "good" : outcome === "running" ? "quiet" : "bad";
  const counts = [counted(flow.entries, "step", "steps")];
  if (flow.errors > 0) counts.push(counted(flow.errors, "error", "errors"));
  if (flow.durationMs !== null) counts.push(`${Math.round(flow.durationMs)} ms`);
  return element(
    "li",
    "item",
    element("p", "", element("strong", "", flow.name ?? "(no name)"), " ", element("span", tone, outcome), " ", button),
    element("p", "quiet", `${counts.join(", ")}${flow.source === null ? "" : ` · ${flow.source}`}`),
  );
}

/** The list item of one logger instance: what it accepted, and whether all of it is here. */
export function ledgerView(ledger: Ledger): HTMLLIElement {
  return element(
    "li",
    "item",
    element("p", "", element("strong", "", ledger.source ?? "(no source)"), " ", element("span", "quiet", ledger.instance.slice(0, 12))),
    element("p", "quiet", countsOf(ledger)),
    element("p", "", ...verdictOf(ledger)),
  );
}

function countsOf(ledger: Ledger): string {
  const parts = [`${ledger.stored} stored`];
  if (ledger.accepted !== null) parts.unshift(`${ledger.accepted} accepted`);
  for (const [reason, count] of Object.entries(ledger.dropped)) parts.push(`${count} ${reason}`);
  if (ledger.final !== null) parts.push(ledger.final === "close" ? "closed" : "page left");
  return parts.join(", ");
}

function verdictOf(ledger: Ledger): Content[] {
  const verdict: Content[] = [];
  if (ledger.missing > 0) {
    const ranges = ledger.gaps.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
    const more = ledger.moreGaps ? " …" : "";
    verdict.push(element("span", "bad", `${ledger.missing} missing (of no. ${ranges.join(", ")}${more}) `));
  }
  if (ledger.waiting > 0) verdict.push(element("span", "waiting", `${ledger.waiting} not sent yet when last heard`));
  return verdict.length > 0 ? verdict : [element("span", "good", "nothing lost")];
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
