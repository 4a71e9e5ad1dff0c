/**
 * Owns: one line of the list, made once and filled again and again as one scrolls.
 * Invariant: filling touches only what differs, and makes no element.
 * Tested in: tests/viewer/live.test.ts and scroll.test.ts.
 */
import type { FilterName } from "../data/filters.js";
import { element, label, setText } from "../ui/dom.js";
import { clock, dateTime, iso } from "../ui/format.js";
import { levelClass } from "../ui/parts.js";
import type { Row } from "./chain.js";

const TAGS_SHOWN = 3;

/** See the head of the module. */
export class RowView {
  readonly root = element("div", "row");
  /** What it shows; null while that is not here. */
  row: Row | null = null;
  readonly #time = element("time", "cell time");
  readonly #level = element("span", "cell level");
  readonly #source = chip("cell source", "source");
  readonly #error = element("span", "error-name");
  readonly #message = element("span", "message");
  readonly #preview = element("span", "preview");
  readonly #tags = Array.from({ length: TAGS_SHOWN }, () => chip("chip tag", "tag"));
  readonly #moreTags = element("span", "chip tag");
  readonly #flow = chip("chip flow", "flow");
  #shown: Row | null | undefined;

  constructor(index: number) {
    this.root.id = `row-${index}`;
    this.root.setAttribute("role", "option");
    const text = element("span", "cell text", this.#error, this.#message, this.#preview);
    const chips = element("span", "cell chips", ...this.#tags, this.#moreTags, this.#flow);
    this.root.append(this.#time, this.#level, this.#source, text, chips);
  }

  /** Shows a row, or that it is still to come, as the list's `index`. */
  show(row: Row | null, index: number, length: number, selected: boolean): void {
    this.root.setAttribute("aria-posinset", String(index + 1));
    this.root.setAttribute("aria-setsize", String(length));
    this.root.setAttribute("aria-selected", String(selected));
    this.row = row;
    if (this.#shown === row) return;
    this.#shown = row;
    this.root.dataset["id"] = row === null ? "" : String(row.id);
    this.root.className = row === null ? "row loading" : `row row-${levelClass(row.level)}`;
    this.#level.className = `cell level level-${levelClass(row?.level ?? "trace")}`;
    setText(this.#time, row === null ? "" : clock(row.timestamp));
    this.#time.dateTime = row === null ? "" : iso(row.timestamp);
    // A line has no room for the day.
    label(this.#time, "title", row === null ? "" : dateTime(row.timestamp));
    setText(this.#level, row?.level ?? "");
    put(this.#source, row?.source ?? "", row?.source ?? "");
    setText(this.#error, row?.errorName ?? "");
    this.#error.hidden = row?.errorName == null;
    // What a line cannot show need not be laid out: a message has 10,000 characters at most, a line a few hundred.
    setText(this.#message, row === null ? "Loading …" : row.message.slice(0, 600));
    setText(this.#preview, row?.preview ?? "");
    this.#tags.forEach((tag, at) => put(tag, row?.tags[at] ?? "", row?.tags[at] ?? ""));
    const more = (row?.tags.length ?? 0) - TAGS_SHOWN;
    setText(this.#moreTags, more > 0 ? `+${more}` : "");
    this.#moreTags.hidden = more <= 0;
    const step = row?.stepIndex == null ? "" : ` #${row.stepIndex}`;
    put(this.#flow, row?.flowId == null ? "" : `${row.flowName ?? row.flowId}${step}`, row?.flowId ?? "");
  }
}

/** A value in a line that a click filters by. The keyboard finds the same in the open entry. */
function chip(className: string, name: FilterName): HTMLElement {
  const made = element("span", className);
  made.dataset["filter"] = name;
  return made;
}

function put(target: HTMLElement, text: string, value: string): void {
  setText(target, text);
  target.hidden = text === "";
  target.dataset["value"] = value;
  label(target, "title", value === "" ? "" : `${target.dataset["filter"]} ${value}: click to filter`);
}
