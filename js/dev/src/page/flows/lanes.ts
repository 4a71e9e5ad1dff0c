/**
 * Owns: the picture of a flow's lanes: the trunk, its branches beside it, a mark for each step.
 * For eyes only: the list under it says the same in words.
 * Tested in: tests/viewer/flows.test.ts.
 */
import { levelClass } from "../ui/parts.js";
import { element } from "../ui/dom.js";
import { counted, duration } from "../ui/format.js";
import { visible } from "../../visible.js";
import { percent, ticks, type Lane, type Timeline } from "./timeline.js";

const SVG = "http://www.w3.org/2000/svg";
const LANE_PX = 34;
const LANES_SHOWN = 12;
/** How many colours lanes have; further ones repeat them. */
export const LANE_COLOURS = 6;

/** The lanes, drawn over the axis; a click on a mark tells which entry it is. */
export function lanesView({ lanes, length, slowest }: Timeline, open: (id: number) => void): HTMLElement {
  const shown = lanes.slice(0, LANES_SHOWN);
  const picture = svg("svg", { class: "lanes-picture", height: shown.length * LANE_PX, role: "img" });
  const steps = lanes.reduce((sum, lane) => sum + lane.steps.length, 0);
  picture.setAttribute("aria-label", `${counted(steps, "step")} on ${counted(lanes.length, "lane")} over ${duration(length)}; the list below says the same`);
  for (const at of ticks(length)) picture.append(svg("line", { class: "grid", x1: x(at, length), x2: x(at, length), y1: 0, y2: "100%" }));
  shown.forEach((lane, index) => drawLane(picture, lane, index, length, slowest?.entry.id ?? null, open));
  const names = shown.map((lane) => {
    const made = element("div", "lane-name", lane.branch === null ? "trunk" : `branch ${lane.branch}`, element("span", "quiet", lane.source === null ? "" : ` ${lane.source}`));
    made.title = made.textContent ?? "";
    return made;
  });
  const hidden = lanes.length - shown.length;
  const labels = element("div", "lane-names", ...names);
  const note = hidden > 0 ? element("p", "quiet", `${counted(hidden, "more branch", "more branches")} in the list below`) : null;
  return element("div", "lanes", labels, element("div", "lanes-area", axisView(length), picture), note);
}

/** The axis: round times, from the flow's first entry on. */
export function axisView(length: number): HTMLElement {
  const axis = element("div", "axis");
  axis.setAttribute("aria-hidden", "true");
  for (const at of ticks(length)) {
    const where = percent(at, length);
    const made = element("span", where > 92 ? "tick last" : "tick", at === 0 ? "0" : duration(at));
    made.style.left = `${where}%`;
    axis.append(made);
  }
  return axis;
}

function drawLane(picture: SVGElement, lane: Lane, index: number, length: number, slowest: number | null, open: (id: number) => void): void {
  const y = index * LANE_PX + LANE_PX / 2;
  const colour = `of-lane-${index % LANE_COLOURS}`;
  const first = lane.steps[0];
  if (first !== undefined && lane.parentAt !== null) {
    // From the step it began at, down to its lane, and along to its own first step.
    picture.append(svg("line", { class: "branch-line", x1: x(lane.parentAt, length), x2: x(lane.parentAt, length), y1: LANE_PX / 2, y2: y }));
    picture.append(svg("line", { class: "branch-line", x1: x(lane.parentAt, length), x2: x(first.at, length), y1: y, y2: y }));
  }
  lane.steps.forEach((step, at) => {
    const before = lane.steps[at - 1];
    if (before === undefined) return;
    const name = step.entry.id === slowest ? "span slow" : `span ${colour}`;
    picture.append(svg("line", { class: name, x1: x(before.at, length), x2: x(step.at, length), y1: y, y2: y }));
  });
  for (const { entry, at } of lane.steps) {
    const outcome = entry.flowOutcome === null ? "" : " end";
    const mark = svg("circle", { class: `mark ${colour} mark-${levelClass(entry.level)}${outcome}`, cx: x(at, length), cy: y, r: entry.flowOutcome === null ? 5 : 7 });
    const title = svg("title", {});
    title.textContent = visible(`+${duration(at)} ${entry.message.slice(0, 200)}`);
    mark.append(title);
    mark.addEventListener("click", () => open(entry.id));
    picture.append(mark);
  }
}

function x(at: number, length: number): string {
  return `${percent(at, length).toFixed(3)}%`;
}

/** An element of SVG. Attributes are the page's own, never a log's. */
function svg(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
