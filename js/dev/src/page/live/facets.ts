/**
 * Owns: the panel of filters beside the list: which values there are and how often, to choose from or to type.
 * Tested in: tests/viewer/filters.test.ts.
 */
import type { FacetCount, FacetsAnswer } from "../../api-types.js";
import { LEVELS } from "../../levels.js";
import { fetchFacets } from "../data/api.js";
import { type Filter, type FilterName } from "../data/filters.js";
import { keep, kept } from "../data/kept.js";
import { button, element, fill, label } from "../ui/dom.js";
import { grouped } from "../ui/format.js";
import { levelWord } from "../ui/parts.js";
import type { Apply } from "./bar.js";

const REFRESH_MS = 10_000;
/** Values of a group that are shown; any other is typed. */
const VALUES_SHOWN = 8;

const GROUPS: readonly (readonly [name: FilterName, title: string, values: (facets: FacetsAnswer) => readonly FacetCount[], hint: string])[] = [
  ["source", "Source", ({ sources }) => sources, "other source"],
  ["environment", "Environment", ({ environments }) => environments, "other environment"],
  ["tag", "Tag", ({ tags }) => tags, "other tag"],
  ["user", "User", ({ users }) => users, "user id"],
  ["session", "Session", ({ sessions }) => sessions, "session id"],
  ["flow", "Flow", () => [], "flow name or id"],
];

/** See the head of the module. */
export class Facets {
  readonly root = element("aside", "facets");
  readonly #apply: Apply;
  readonly #values = new Map<FilterName, HTMLElement>();
  readonly #levels = element("ul", "facet-values");
  #facets: FacetsAnswer | null = null;
  #filter: Filter = {};
  #timer = 0;
  #shown = "";

  constructor(apply: Apply) {
    this.#apply = apply;
    label(this.root, "aria-label", "Filters by value");
    this.root.append(element("h2", "facet-title", "Level"), this.#levels);
    for (const [name, title, , hint] of GROUPS) {
      const values = element("ul", "facet-values");
      this.#values.set(name, values);
      this.root.append(element("h2", "facet-title", title), values, this.#typed(name, title, hint));
    }
    // Beside the list there is room for it on a wide window; on a narrow one it lies over the list, when asked for.
    const chosen = kept("filters");
    this.root.hidden = !matchMedia(chosen === "shown" ? "(min-width: 900px)" : "(min-width: 1200px)").matches || chosen === "hidden";
  }

  toggle(): void {
    // Beside an open entry there may be no room for it: then nothing changes that nobody sees.
    const shown = !this.root.hidden;
    this.root.hidden = false;
    if (this.root.offsetParent === null) {
      this.root.hidden = !shown;
      return;
    }
    this.root.hidden = shown;
    keep("filters", this.root.hidden ? "hidden" : "shown");
    this.refresh();
    if (!this.root.hidden) this.root.querySelector<HTMLElement>("button, input")?.focus();
  }

  show(filter: Filter): void {
    this.#filter = filter;
    this.#draw();
  }

  /** Asks for the values now, and again now and then while they are seen. */
  refresh(): void {
    clearTimeout(this.#timer);
    if (this.root.hidden) return;
    this.#timer = setTimeout(() => this.refresh(), REFRESH_MS);
    if (document.hidden) return;
    fetchFacets().then(
      (facets) => {
        this.#facets = facets;
        this.#draw();
      },
      () => {
        // The values of before stay; the status line says that the collector is gone.
      },
    );
  }

  leave(): void {
    clearTimeout(this.#timer);
  }

  #draw(): void {
    const facets = this.#facets;
    const text = JSON.stringify([facets, this.#filter]);
    if (facets === null || text === this.#shown) return;
    this.#shown = text;
    keepFocus(this.root, () => {
      this.#levels.replaceChildren(...LEVELS.filter((level) => (facets.levels[level] ?? 0) > 0).map((level) => this.#level(level, facets.levels[level] ?? 0)));
      for (const [name, , values] of GROUPS) {
        const listed = values(facets).slice(0, VALUES_SHOWN);
        const chosen = this.#filter[name];
        const all = chosen === undefined || listed.some(({ value }) => value === chosen) ? listed : [{ value: chosen, count: null }, ...listed];
        this.#values.get(name)?.replaceChildren(...all.map(({ value, count }) => this.#value(name, value, count)));
      }
    });
  }

  #level(level: string, count: number): HTMLLIElement {
    const chosen = this.#filter.level === level;
    const made = button("facet", "", () => this.#apply("level", chosen ? "" : level), `${level} and up`);
    fill(made, levelWord(level), element("span", "facet-count", grouped(count)));
    return pressed(made, chosen, `level ${level}`);
  }

  #value(name: FilterName, value: string, count: number | null): HTMLLIElement {
    const chosen = this.#filter[name] === value;
    const made = button("facet", "", () => this.#apply(name, chosen ? "" : value), value);
    fill(made, element("span", "facet-value", value), element("span", "facet-count", count === null ? "" : grouped(count)));
    return pressed(made, chosen, `${name} ${value}`);
  }

  #typed(name: FilterName, title: string, hint: string): HTMLElement {
    const input = element("input", "facet-input");
    input.maxLength = 100;
    input.autocomplete = "off";
    label(input, "aria-label", `${title}: ${hint}`);
    label(input, "placeholder", hint);
    const form = element("form", "facet-form", input);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (input.value === "") return;
      this.#apply(name, input.value);
      input.value = "";
    });
    return form;
  }
}

function pressed(made: HTMLButtonElement, chosen: boolean, key: string): HTMLLIElement {
  made.setAttribute("aria-pressed", String(chosen));
  made.dataset["key"] = key;
  return element("li", "", made);
}

/** Redraws, and gives focus back to the button that stands for the same value. */
function keepFocus(root: HTMLElement, draw: () => void): void {
  const key = document.activeElement instanceof HTMLElement && root.contains(document.activeElement) ? document.activeElement.dataset["key"] : undefined;
  draw();
  if (key === undefined) return;
  [...root.querySelectorAll<HTMLElement>("[data-key]")].find(({ dataset }) => dataset["key"] === key)?.focus();
}
