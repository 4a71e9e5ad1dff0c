/**
 * Owns: the bar above the list: search, level, the chips of the filters, pausing, and what is held back or was skipped.
 * Tested in: tests/viewer/filters.test.ts and pause.test.ts.
 */
import { LEVELS } from "../../levels.js";
import { FILTER_LABEL, FILTERS, type Filter, type FilterName } from "../data/filters.js";
import { button, element, fill, label, setText } from "../ui/dom.js";
import { counted, dateTime, grouped } from "../ui/format.js";

/** How long typing rests before it searches. */
const TYPING_MS = 150;

export interface BarActions {
  pause(): void;
  showNew(): void;
  loadSkipped(): void;
  filters(): void;
}

/** What the bar says of the list. */
export interface BarState {
  readonly shown: number;
  readonly more: boolean;
  readonly paused: boolean;
  readonly holding: boolean;
  readonly waiting: number;
  readonly skipped: number;
}

/** Sets a filter; an empty value takes it out; `replace` leaves no step for the back button. */
export type Apply = (name: FilterName, value: string, replace?: boolean) => void;

/** See the head of the module. */
export class Bar {
  readonly root: HTMLElement;
  readonly search = element("input", "search");
  readonly #level = element("select", "");
  readonly #chips = element("ul", "chips-row");
  readonly #count = element("span", "quiet count");
  readonly #pause: HTMLButtonElement;
  readonly #new: HTMLButtonElement;
  readonly #skipped: HTMLButtonElement;
  readonly #apply: Apply;
  #typing = 0;

  constructor(apply: Apply, actions: BarActions) {
    this.#apply = apply;
    this.search.type = "search";
    this.search.maxLength = 200;
    this.search.autocomplete = "off";
    this.search.spellcheck = false;
    label(this.search, "placeholder", "Search entries  ( / )");
    label(this.search, "aria-label", "Search entries");
    this.search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => apply("q", this.search.value, true), TYPING_MS);
    });
    label(this.#level, "aria-label", "Lowest level");
    this.#level.append(...["", ...LEVELS.slice(1)].map(levelOption));
    this.#level.addEventListener("change", () => apply("level", this.#level.value));
    label(this.#chips, "aria-label", "Filters");
    this.#pause = button("pause", "Pause", actions.pause, "Hold new entries back (space)");
    this.#new = button("pill", "", actions.showNew);
    this.#skipped = button("plain small", "", actions.loadSkipped, "They came faster than could be shown. All are stored; this goes to the newest of them.");
    const filters = button("filters-toggle", "Filters", actions.filters, "Show or hide the filters (f)");
    const tools = element("div", "bar", filters, this.search, this.#level, this.#pause, this.#new, this.#skipped, this.#count);
    this.root = element("div", "bar-area", tools, this.#chips);
  }

  /** Shows the filters of the address. */
  show(filter: Filter): void {
    // What is being typed is newer than the address.
    if (document.activeElement !== this.search || (filter.q ?? "") === "") this.#setSearch(filter.q ?? "");
    this.#level.value = filter.level ?? "";
    const chips = FILTERS.filter((name) => filter[name] !== undefined).map((name) => this.#chip(name, filter[name] ?? ""));
    this.#chips.hidden = chips.length === 0;
    this.#chips.replaceChildren(...chips);
  }

  state({ shown, more, paused, holding, waiting, skipped }: BarState): void {
    setText(this.#pause, paused ? "Resume" : "Pause");
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#new.hidden = waiting === 0;
    setText(this.#new, `${grouped(waiting)} new ↑`);
    this.#skipped.hidden = skipped === 0;
    setText(this.#skipped, `${grouped(skipped)} skipped: load`);
    setText(this.#count, `${more ? "over " : ""}${counted(shown, "entry", "entries")}${paused ? " · paused" : holding ? " · not following" : ""}`);
  }

  #setSearch(text: string): void {
    clearTimeout(this.#typing);
    if (this.search.value !== text) this.search.value = text;
  }

  #chip(name: FilterName, value: string): HTMLLIElement {
    const shown = (name === "from" || name === "to") && /^\d+$/.test(value) ? dateTime(Number(value)) : value;
    const made = button("chip active", "", () => this.#apply(name, ""), `Remove the filter ${FILTER_LABEL[name]} ${shown}`);
    fill(made, element("span", "chip-name", FILTER_LABEL[name]), element("span", "chip-value", shown), element("span", "chip-x", "✕"));
    made.dataset["name"] = name;
    return element("li", "", made);
  }
}

function levelOption(level: string): HTMLOptionElement {
  const made = element("option", "", level === "" ? "All levels" : level === "fatal" ? "fatal" : `${level} and up`);
  made.value = level;
  return made;
}
