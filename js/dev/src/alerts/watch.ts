/**
 * Owns: watching what is stored for breaches of the rules, and posting once for each.
 * How: it is woken after commits and counts by the database what has matched since the last look. So a filter means the
 * same here as everywhere, duplicates do not count, and work is bounded by what is new.
 * Invariants: nothing here delays an answer of the intake or throws; of each rule one post is under way at a time.
 * Tested in: tests/collector/alert.test.ts.
 */
import { ALERT_ENTRIES, ALERT_LOOK_MS, STREAM_COUNT_IDS } from "../limits.js";
import { countMatching, listEntries } from "../store/queries.js";
import { Waker, type LiveStore } from "../live.js";
import type { AlertRule } from "./rule.js";
import { alertBody, post } from "./webhook.js";
import { BreachWindow } from "./window.js";

interface Watched {
  readonly rule: AlertRule;
  readonly window: BreachWindow;
  posting: boolean;
}

export class AlertWatch {
  readonly #watched: readonly Watched[];
  readonly #waker: Waker;
  #cursor: number;

  /** Counts what arrives from now on. `tell` is given a sentence where something fails. */
  constructor(
    private readonly store: LiveStore,
    rules: readonly AlertRule[],
    private readonly tell: (sentence: string) => void,
  ) {
    this.#watched = rules.map((rule) => ({ rule, window: new BreachWindow(rule.count, rule.windowMs), posting: false }));
    this.#waker = new Waker(ALERT_LOOK_MS, () => this.#look(), (problem) => tell(`The alerts could not be looked at: ${problem}.`));
    this.#cursor = store.lastEntry();
  }

  /** Something was stored. Cheap, and may be called often. */
  wake(): void {
    this.#waker.wake();
  }

  /** Looks no more. A post under way is not waited for. */
  close(): void {
    this.#waker.close();
  }

  #look(): void {
    const after = this.#cursor;
    const last = this.store.lastEntry();
    this.#cursor = Math.min(last, after + STREAM_COUNT_IDS);
    if (this.#cursor < last) this.#waker.wake();
    for (const watched of this.#watched) {
      const count = countMatching(this.store.db, watched.rule.filter, after, this.#cursor);
      if (watched.window.add(performance.now(), count, after)) this.#raise(watched);
    }
  }

  #raise(watched: Watched): void {
    const { rule, window } = watched;
    if (watched.posting) {
      this.tell(`The alert ${rule.text} was not posted: the one before is still under way.`);
      return;
    }
    watched.posting = true;
    const { entries } = listEntries(this.store.db, { filter: rule.filter, after: window.after, limit: ALERT_ENTRIES });
    void post(rule.url, alertBody(rule, window.count, [...entries].reverse())).then((problem) => {
      watched.posting = false;
      if (problem !== undefined) this.tell(`The alert ${rule.text} could not be posted: ${problem}.`);
    });
  }
}
