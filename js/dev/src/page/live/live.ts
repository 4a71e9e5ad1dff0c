/**
 * Owns: the live view: which entries it asks for, and when arriving ones are let in.
 * Does not own: the lines (list.ts), what is in memory (rows.ts), what is chosen (selection.ts), the controls (bar.ts, facets.ts).
 * Invariants: nothing moves under the reader: while paused, scrolled down or with an entry chosen, arriving entries are
 * counted and held back (held.ts).
 * Tested in: tests/viewer/live.test.ts, filters.test.ts and pause.test.ts.
 */
import type { EntriesAnswer, StreamEntries } from "../../api-types.js";
import type { Route } from "../app/route.js";
import type { Host, View } from "../app/view.js";
import { fetchEntries, fetchStatus, Refusal } from "../data/api.js";
import { isEmpty, sameFilter, withFilter, type Filter } from "../data/filters.js";
import { element } from "../ui/dom.js";
import { Bar, type Apply } from "./bar.js";
import { BLOCK } from "./chain.js";
import { Empty } from "./empty.js";
import { Facets } from "./facets.js";
import { Held } from "./held.js";
import { List, listHead } from "./list.js";
import { Rows, rowOf } from "./rows.js";
import { Selection } from "./selection.js";

const RETRY_MS = 1_000;

/** See the head of the module. */
export class LiveView implements View {
  readonly root = element("div", "live");
  readonly #host: Host;
  readonly #bar: Bar;
  readonly #facets: Facets;
  readonly #rows: Rows;
  readonly #list: List;
  readonly #selection: Selection;
  readonly #empty: Empty;
  #filter: Filter | null = null;
  /** The filter that the stream follows for this view; null while it does not. */
  #followed: Filter | null = null;
  #cursor = 0;
  #paused = false;
  readonly #held = new Held();
  #skipped = 0;
  /** Counts the beginnings, so that an answer to an earlier one is not shown. */
  #generation = 0;
  #retry = 0;
  #loaded = false;

  constructor(host: Host) {
    this.#host = host;
    const apply: Apply = (name, value, replace) => host.go({ filter: withFilter(host.route.filter, name, value) }, replace);
    const [showNew, loadSkipped] = [() => this.#showNew(), () => this.#loadSkipped()];
    this.#bar = new Bar(apply, { pause: () => this.pause(), filters: () => this.filters(), showNew, loadSkipped });
    this.#facets = new Facets(apply);
    this.#empty = new Empty(() => host.go({ filter: {} }));
    this.#rows = new Rows((before, limit) => this.#load({ before }, limit), () => this.#draw());
    this.#list = new List(this.#rows, {
      scrolled: () => this.#settle(),
      opened: (row) => host.go({ entry: row.id }, host.route.entry !== null),
      filtered: apply,
    });
    this.#selection = new Selection(this.#rows, this.#list, (id) => host.route.entry !== null && host.go({ entry: id }, true));
    const column = element("div", "list-column", listHead(), this.#list.root, this.#empty.root);
    this.root.append(this.#bar.root, element("div", "live-body", this.#facets.root, column));
  }

  readonly filters = (): void => this.#facets.toggle();

  get search(): HTMLInputElement {
    return this.#bar.search;
  }

  show(route: Route, entering: boolean): void {
    if (route.entry !== null) this.#selection.set(route.entry);
    this.#bar.show(route.filter);
    this.#facets.show(route.filter);
    if (entering) this.#facets.refresh();
    if (entering || this.#filter === null || !sameFilter(this.#filter, route.filter)) {
      this.#filter = route.filter;
      this.#selection.set(route.entry);
      void this.#restart();
    }
    this.#draw();
  }

  leave(): void {
    this.#generation += 1;
    this.#followed = null;
    clearTimeout(this.#retry);
    this.#facets.leave();
  }

  pause(): void {
    this.#paused = !this.#paused;
    this.#settle();
  }

  step(delta: number): void {
    this.#selection.step(delta);
    this.#draw();
  }

  enter(): void {
    if (!this.#selection.active) this.step(1);
    if (this.#selection.id !== null) this.#host.go({ entry: this.#selection.id });
  }

  escape(): void {
    this.#selection.set(null);
    this.#settle();
  }

  arrived({ entries, skipped, cursor }: StreamEntries): void {
    // Until the stream follows this filter, what it brings is another's.
    if (this.#followed !== this.#filter) return;
    this.#cursor = cursor;
    const rows = entries.map(rowOf);
    if (this.#holding) {
      this.#held.take(rows, skipped, cursor);
    } else {
      this.#rows.arrive(rows, skipped, cursor);
      this.#skipped += skipped;
    }
    this.#draw();
  }

  reconnected(): void {
    fetchStatus().then(
      // A lower cursor is another database, in which ours means nothing.
      ({ cursor }) => (this.#loaded && cursor >= this.#cursor ? undefined : void this.#restart()),
      (error: unknown) => this.#host.answered(error),
    );
  }

  get #holding(): boolean {
    return this.#paused || this.#selection.active || !this.#list.atTop;
  }

  /** Lets in what was held back, if nothing holds it any more. */
  #settle(): void {
    if (!this.#holding) this.#held.release(this.#rows);
    this.#draw();
  }

  #showNew(): void {
    this.#paused = false;
    this.#held.release(this.#rows);
    if (this.#host.route.entry === null) this.#selection.set(null);
    this.#list.toTop();
    this.#draw();
  }

  #loadSkipped(): void {
    const index = this.#rows.firstMissing();
    this.#skipped = 0;
    if (index >= 0) this.#list.reveal(index + this.#list.fitting - 1);
    this.#draw();
  }

  async #restart(): Promise<void> {
    const asked = (this.#generation += 1);
    const filter = this.#filter ?? {};
    clearTimeout(this.#retry);
    try {
      const [answer, first] = await Promise.all([this.#load({}, BLOCK), isEmpty(filter) ? this.#load({ after: 0 }, 1) : null]);
      if (asked !== this.#generation) return;
      this.#rows.reset(answer, first === null ? null : (first.entries[0]?.id ?? answer.cursor + 1));
      this.#loaded = true;
      this.#cursor = answer.cursor;
      this.#held.clear();
      this.#skipped = 0;
      this.#selection.show();
      this.#followed = this.#filter;
      this.#host.follow(filter, answer.cursor);
    } catch (error) {
      if (asked !== this.#generation) return;
      // What is refused once is refused again; and no other filter's entries may stand there as if they matched.
      if (error instanceof Refusal) this.#rows.reset({ entries: [], more: false, cursor: 0 }, null);
      else this.#retry = setTimeout(() => void this.#restart(), RETRY_MS);
    }
    this.#draw();
  }

  async #load(cursor: { before?: number; after?: number }, limit: number): Promise<EntriesAnswer> {
    try {
      const answer = await fetchEntries(this.#filter ?? {}, limit, cursor);
      this.#host.answered(null);
      return answer;
    } catch (error) {
      this.#host.answered(error);
      throw error;
    }
  }

  #draw(): void {
    this.#selection.settle();
    this.#list.draw();
    const { length: shown, more } = this.#rows;
    this.#bar.state({ shown, more, paused: this.#paused, holding: this.#holding, waiting: this.#held.count, skipped: this.#skipped });
    this.#empty.show(this.#loaded && this.#rows.length === 0, this.#filter ?? {});
  }
}
