/**
 * Owns: the view of the ledger: one sentence over all loggers, and the account of each.
 * Tested in: tests/viewer/ledger.test.ts.
 */
import type { InstancesAnswer } from "../../api-types.js";
import type { Route } from "../app/route.js";
import type { Host, View } from "../app/view.js";
import { fetchInstances } from "../data/api.js";
import { NO_ENTRIES } from "../data/feed.js";
import { Refresher } from "../data/refresher.js";
import { element } from "../ui/dom.js";
import { counted } from "../ui/format.js";
import { notice } from "../ui/parts.js";
import { cardOf } from "./card.js";
import { ACCOUNTS, lossOf, overall } from "./verdict.js";

const REFRESH_MS = 1_000;

/** See the head of the module. */
export class LedgerView implements View {
  readonly root = element("div", "ledger scroll");
  readonly #host: Host;
  readonly #head = element("div", "ledger-head");
  readonly #cards = element("div", "cards");
  readonly #refresher: Refresher<InstancesAnswer>;
  #shown = "";

  constructor(host: Host) {
    this.#host = host;
    this.root.append(this.#head, this.#cards);
    this.#refresher = new Refresher(
      REFRESH_MS,
      () => fetchInstances(ACCOUNTS),
      (answer) => {
        host.answered(null);
        this.#draw(answer);
      },
      (error) => host.answered(error),
    );
  }

  show(_route: Route, entering: boolean): void {
    if (!entering) return;
    this.#shown = "";
    this.#host.follow(NO_ENTRIES, 0);
    this.#refresher.request(true);
  }

  leave(): void {
    this.#refresher.stop();
  }

  instancesChanged(): void {
    this.#refresher.request();
  }

  reconnected(): void {
    this.#refresher.request(true);
  }

  step(delta: number): void {
    const cards = [...this.#cards.querySelectorAll<HTMLElement>(".card")];
    const at = cards.findIndex((card) => card.contains(document.activeElement));
    cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + delta))]?.focus();
  }

  enter(): void {
    const card = document.activeElement?.closest<HTMLElement>(".card");
    const instance = card?.dataset["instance"];
    if (instance !== undefined) this.#host.go({ view: "live", filter: { instance } });
  }

  escape(): void {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }

  #draw({ instances }: InstancesAnswer): void {
    const text = JSON.stringify(instances);
    if (text === this.#shown) return;
    this.#shown = text;
    if (instances.length === 0) {
      const why = "A logger that says who it is gets an account here: what it accepted against what arrived.";
      this.#head.replaceChildren(notice("No loggers yet.", element("p", "quiet", why)));
      this.#cards.replaceChildren();
      return;
    }
    const { tone, text: sentence } = overall(instances);
    const sum = "accepted = stored + dropped + missing + waiting, for each logger instance, as far as it has told.";
    this.#head.replaceChildren(
      element("h1", `overall overall-${tone}`, sentence),
      element("p", "quiet", `${instances.length < ACCOUNTS ? counted(instances.length, "logger") : `The ${ACCOUNTS} loggers heard last`}. ${sum}`),
    );
    const focused = document.activeElement?.closest<HTMLElement>(".card")?.dataset["instance"];
    // What lost something comes first; among equals the order of the answer stays, the one heard last first.
    const cards = [...instances].sort((a, b) => Number(lossOf(b) > 0) - Number(lossOf(a) > 0)).map(cardOf);
    this.#cards.replaceChildren(...cards);
    if (focused !== undefined) cards.find(({ dataset }) => dataset["instance"] === focused)?.focus();
  }
}
