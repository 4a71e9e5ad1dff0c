/**
 * Owns: the steps of a flow as a list: when, on which lane, what, and as a bar the time since the step before.
 * Tested in: tests/viewer/flows.test.ts.
 */
import { hashOf, START } from "../app/route.js";
import type { Host } from "../app/view.js";
import { element, label, link } from "../ui/dom.js";
import { duration } from "../ui/format.js";
import { levelClass, levelWord } from "../ui/parts.js";
import { LANE_COLOURS } from "./lanes.js";
import { percent, type Step, type Timeline } from "./timeline.js";

/** See the head of the module. */
export class Waterfall {
  readonly root = element("ol", "waterfall");
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    label(this.root, "aria-label", "Steps in the order of time");
  }

  draw(timeline: Timeline, flow: string): void {
    const focused = this.#focused();
    this.root.replaceChildren(...timeline.steps.map((step) => element("li", "", rowOf(step, timeline, flow))));
    if (focused !== undefined) this.#row(focused)?.focus();
  }

  /** Marks the entry that is open. */
  choose(id: number | null): void {
    for (const row of this.#rows()) {
      if (row.dataset["id"] === String(id)) {
        row.setAttribute("aria-current", "true");
        row.scrollIntoView({ block: "nearest" });
      } else row.removeAttribute("aria-current");
    }
  }

  step(delta: number): void {
    const rows = this.#rows();
    const open = this.#host.route.entry;
    const from = open === null ? this.#focused() : String(open);
    const at = rows.findIndex(({ dataset }) => dataset["id"] === from);
    const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + delta))];
    if (row === undefined) return;
    if (open !== null) this.#host.go({ entry: Number(row.dataset["id"]) }, true);
    else row.focus();
  }

  enter(): void {
    const focused = this.#focused();
    if (focused !== undefined) this.#host.go({ entry: Number(focused) });
    else this.step(1);
  }

  #focused(): string | undefined {
    return document.activeElement instanceof HTMLElement && this.root.contains(document.activeElement) ? document.activeElement.dataset["id"] : undefined;
  }

  #rows(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(".step")];
  }

  #row(id: string): HTMLElement | undefined {
    return this.#rows().find(({ dataset }) => dataset["id"] === id);
  }
}

function rowOf(step: Step, { length, slowest }: Timeline, flow: string): HTMLAnchorElement {
  const { entry, lane, at, since } = step;
  const number = element("span", "step-number", lane < 0 ? "" : entry.stepIndex === null ? "–" : String(entry.stepIndex));
  const mark = element("span", lane < 0 ? "lane-mark other" : "lane-mark");
  label(mark, "title", lane < 0 ? "another entry of the session" : lane === 0 ? "trunk" : `branch ${entry.flowBranch ?? ""}`);
  const outcome = entry.flowOutcome === null || lane < 0 ? null : element("span", `outcome status-${entry.flowOutcome === "ok" ? "ok" : entry.flowOutcome === "failed" ? "failed" : "abandoned"}`, entry.flowOutcome);
  const name = entry.errorName === null ? null : element("span", "error-name", entry.errorName);
  const what = element("span", "step-what", levelWord(entry.level), element("span", "step-message", name, name === null ? null : " ", entry.message.slice(0, 600)), outcome);
  const made = link(
    `step ${lane < 0 ? "around" : `of-lane-${lane % LANE_COLOURS}`} step-${levelClass(entry.level)}`,
    hashOf({ ...START, view: "flow", flow, entry: entry.id }),
    number,
    mark,
    element("span", "step-at", at <= 0 ? duration(at) : `+${duration(at)}`),
    what,
    barOf(step, length, slowest?.entry.id === entry.id && (since ?? 0) > 0),
  );
  made.dataset["id"] = String(entry.id);
  return made;
}

function barOf({ at, since, lane }: Step, length: number, slow: boolean): HTMLElement {
  const area = element("span", "track");
  const end = percent(at, length);
  const start = since === null ? end : percent(at - since, length);
  if (since !== null) {
    const bar = element("span", slow ? "gap-bar slow" : "gap-bar");
    bar.style.left = `${start}%`;
    bar.style.width = `${end - start}%`;
    area.append(bar);
  }
  const dot = element("span", lane < 0 ? "dot other" : "dot");
  dot.style.left = `${end}%`;
  area.append(dot);
  if (since !== null && since > 0) {
    const text = element("span", end > 70 ? "gap-text before" : "gap-text", duration(since));
    if (end > 70) text.style.right = `${100 - start}%`;
    else text.style.left = `${end}%`;
    area.append(text);
  }
  return area;
}
