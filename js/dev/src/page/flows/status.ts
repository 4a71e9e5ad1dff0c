/**
 * Owns: what became of a flow, as a word in its colour; and its slowest step as a sentence.
 * Tested in: tests/viewer/flows.test.ts.
 */
import type { FlowSummary } from "../../api-types.js";
import { element } from "../ui/dom.js";
import { duration } from "../ui/format.js";

/** The states that the list can be narrowed to, and what they are called. */
export const STATUSES: readonly (readonly [value: string, text: string])[] = [
  ["", "All"],
  ["open", "Running"],
  ["ok", "Ok"],
  ["failed", "Failed"],
  ["abandoned", "Abandoned"],
];

/** The outcome in its colour; anything the page does not know is shown as it is, without one. */
export function statusWord({ outcome }: Pick<FlowSummary, "outcome">): HTMLElement {
  const known = STATUSES.some(([value]) => value === outcome) ? outcome : outcome === null ? "open" : "other";
  return element("span", `status status-${known}`, outcome ?? "running");
}

/** How long a flow took: what its end says, or the time between its first and last entry so far. */
export function lengthOf({ durationMs, firstAt, lastAt }: FlowSummary): number {
  return durationMs ?? Math.max(0, lastAt - firstAt);
}

export function slowestText({ slowest }: FlowSummary): string {
  return slowest === null ? "" : `${duration(slowest.ms)} before step ${slowest.to}`;
}
