/**
 * Owns: the list in the document: as many lines as fit the window and a few more, moved to where the reader looks.
 * Does not own: what the rows are (rows.ts), or when new ones are let in (live.ts).
 * Invariants: the number of elements depends on the window and not on the entries; the document is written once per frame.
 * Tested in: tests/viewer/scroll.test.ts.
 */
import type { FilterName } from "../data/filters.js";
import { element, label } from "../ui/dom.js";
import { RowView } from "./row-view.js";
import type { Rows } from "./rows.js";
import type { Row } from "./chain.js";

/** Browsers cut taller elements (Chromium at 2^25 pixels); entries further down are found with filters. */
const HEIGHT_MAX = 30_000_000;
const SPARE = 6;
/** Must be the heights in list.css. */
const ROW_PX = 28;
const ROW_PX_NARROW = 50;

export interface ListEvents {
  /** The reader moved through the list. */
  scrolled(): void;
  opened(row: Row): void;
  /** A value in a line was clicked. */
  filtered(name: FilterName, value: string): void;
}

/** See the head of the module. */
export class List {
  readonly root = element("div", "list");
  /** The id of the entry that is chosen; it stays chosen wherever it moves. */
  selected: number | null = null;
  readonly #sizer = element("div", "list-sizer");
  readonly #rows: Rows;
  readonly #views: RowView[] = [];
  readonly #narrow = matchMedia("(max-width: 700px)");
  #frame = 0;

  constructor(rows: Rows, events: ListEvents) {
    this.#rows = rows;
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "listbox");
    label(this.root, "aria-label", "Entries, newest first");
    this.root.append(this.#sizer);
    this.root.addEventListener("scroll", () => {
      events.scrolled();
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(this.root);
    this.#narrow.addEventListener("change", () => this.draw());
    this.#sizer.addEventListener("click", (event) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const filter = target?.dataset["filter"];
      if (target && filter !== undefined) return events.filtered(filter as FilterName, target.dataset["value"] ?? "");
      const row = this.#views.find(({ root }) => target !== null && root.contains(target))?.row;
      if (row) events.opened(row);
    });
  }

  get rowHeight(): number {
    return this.#narrow.matches ? ROW_PX_NARROW : ROW_PX;
  }

  /** Rows that fit the window. */
  get fitting(): number {
    return Math.max(1, Math.floor(this.root.clientHeight / this.rowHeight));
  }

  /** The first index that is in sight. */
  get topIndex(): number {
    return Math.ceil(this.root.scrollTop / this.rowHeight);
  }

  get atTop(): boolean {
    return this.root.scrollTop < 1;
  }

  toTop(): void {
    this.root.scrollTop = 0;
    this.draw();
  }

  /** Scrolls to an index, which is then in the middle. */
  centre(index: number): void {
    // The height of what is scrolled must be known before.
    this.#drawNow();
    this.root.scrollTop = (index - Math.floor(this.fitting / 2)) * this.rowHeight;
    this.draw();
  }

  /** Scrolls as little as needed to show an index. */
  reveal(index: number): void {
    const [top, height] = [index * this.rowHeight, this.root.clientHeight];
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + this.rowHeight > this.root.scrollTop + height) this.root.scrollTop = top + this.rowHeight - height;
    this.draw();
  }

  /** Draws at the next frame; calls before it are one. */
  draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const height = this.rowHeight;
    const length = Math.min(this.#rows.length, Math.floor(HEIGHT_MAX / height));
    this.#sizer.style.height = `${length * height}px`;
    const visible = Math.ceil(this.root.clientHeight / height) + 1;
    const first = Math.max(0, Math.min(Math.floor(this.root.scrollTop / height), length - visible) - SPARE);
    const last = Math.min(length, first + visible + 2 * SPARE) - 1;
    const rows = length === 0 ? [] : this.#rows.look(first, last);
    this.#grow(visible + 2 * SPARE);
    let active = "";
    const pool = this.#views.length;
    for (let at = 0; at < pool; at += 1) {
      // Each index has its own line as long as it is in sight, so that scrolling by one row fills one line.
      const index = first + ((at - (first % pool) + pool) % pool);
      const view = this.#views[at] as RowView;
      const row = index <= last ? rows[index - first] : undefined;
      view.root.hidden = row === undefined;
      if (row === undefined) continue;
      const selected = row !== null && row.id === this.selected;
      if (selected) active = view.root.id;
      view.root.style.transform = `translateY(${index * height}px)`;
      view.show(row, index, length, selected);
    }
    if (active === "") this.root.removeAttribute("aria-activedescendant");
    else this.root.setAttribute("aria-activedescendant", active);
  }

  #grow(count: number): void {
    while (this.#views.length < count) {
      const view = new RowView(this.#views.length);
      this.#views.push(view);
      this.#sizer.append(view.root);
    }
  }
}

/** What the columns are called, for eyes only. */
export function listHead(): HTMLElement {
  const head = element("div", "list-head", ...["Time", "Level", "Source", "Message"].map((name) => element("span", "", name)));
  head.setAttribute("aria-hidden", "true");
  return head;
}
