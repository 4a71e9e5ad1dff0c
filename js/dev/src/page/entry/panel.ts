/**
 * Owns: the panel of the open entry: beside the list on a wide window, over all of it on a narrow one.
 * Does not own: which entry is open (the address), or which one is next (the view).
 * Invariant: what is shown is of the entry in the address; an answer that comes late is not shown.
 * Tested in: tests/viewer/entry.test.ts.
 */
import type { StoredEntry } from "../../api-types.js";
import { fetchEntry, Refusal } from "../data/api.js";
import { button, element, fill } from "../ui/dom.js";
import { copyButton, instant, levelWord, notice } from "../ui/parts.js";
import { sectionsOf, type SectionActions } from "./sections.js";

export interface PanelActions extends SectionActions {
  step(delta: number): void;
  close(): void;
  /** A question to the collector failed, or did not. */
  answered(error: unknown): void;
}

/** See the head of the module. */
export class Panel {
  readonly root: HTMLElement;
  readonly #actions: PanelActions;
  readonly #meta = element("div", "panel-meta");
  readonly #body = element("div", "panel-body");
  #id: number | null = null;

  constructor(root: HTMLElement, actions: PanelActions) {
    this.root = root;
    this.#actions = actions;
    const tools = element(
      "div",
      "panel-tools",
      button("icon", "↑", () => actions.step(-1), "The entry above (k)"),
      button("icon", "↓", () => actions.step(1), "The entry below (j)"),
      copyButton("Copy link", () => location.href),
      button("icon close", "✕", () => actions.close(), "Close (Esc)"),
    );
    for (const made of tools.querySelectorAll("button[title]")) made.setAttribute("aria-label", made.getAttribute("title") ?? "");
    this.root.append(element("div", "panel-head", this.#meta, tools), this.#body);
    this.root.hidden = true;
  }

  /** Shows an entry, or closes with null. */
  show(id: number | null): void {
    if (id === this.#id) return;
    const opened = this.#id === null;
    this.#id = id;
    this.root.hidden = id === null;
    // Until the entry is here, nothing may be taken for it that was opened before.
    delete this.root.dataset["entry"];
    if (id === null || opened) for (const part of [this.#meta, this.#body]) fill(part);
    if (id === null) return;
    if (opened) this.root.focus();
    void this.#fill(id);
  }

  async #fill(id: number): Promise<void> {
    try {
      const stored = await fetchEntry(id);
      this.#actions.answered(null);
      if (id === this.#id) this.#draw(stored);
    } catch (error) {
      this.#actions.answered(error);
      if (id !== this.#id) return;
      fill(this.#meta);
      const gone = error instanceof Refusal && error.status === 404;
      const again = button("", "Try again", () => void this.#fill(id));
      fill(this.#body, gone ? notice("This entry is not stored (any more).") : notice("This entry could not be loaded.", again));
    }
  }

  #draw(stored: StoredEntry): void {
    fill(this.#meta, levelWord(stored.level), instant(stored.timestamp, "date"));
    const title = element("h2", "panel-title", stored.message);
    title.id = "panel-title";
    fill(this.#body, title, ...sectionsOf(stored, this.#actions));
    this.#body.scrollTop = 0;
    this.root.dataset["entry"] = String(stored.id);
  }
}
