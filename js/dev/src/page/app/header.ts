/**
 * Owns: the line at the top: where one is, whether the collector answers, how much is stored, whether anything is lost.
 * Tested in: tests/viewer/live.test.ts and gone.test.ts.
 */
import { fetchInstances, fetchStatus } from "../data/api.js";
import { ACCOUNTS, lossOf } from "../ledger/verdict.js";
import { byId, setText } from "../ui/dom.js";
import { counted, grouped, size } from "../ui/format.js";
import { hashOf, START, type Route } from "./route.js";

const REFRESH_MS = 2_000;

/** See the head of the module. */
export class Header {
  readonly #status = byId("status", HTMLParagraphElement);
  readonly #numbers = byId("numbers", HTMLParagraphElement);
  readonly #loss = byId("loss", HTMLSpanElement);
  readonly #links = [byId("nav-live", HTMLAnchorElement), byId("nav-flows", HTMLAnchorElement), byId("nav-ledger", HTMLAnchorElement)] as const;
  readonly #left: { live: `#/${string}`; flows: `#/${string}` } = { live: "#/live", flows: "#/flows" };
  #running = false;

  constructor() {
    setInterval(() => this.refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  /** Marks the view, and keeps in its link what was chosen in it. */
  show(route: Route): void {
    const [live, flows, ledger] = this.#links;
    const current = route.view === "live" ? live : route.view === "ledger" ? ledger : flows;
    for (const link of this.#links) {
      if (link === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (route.view === "live" || route.view === "flows") {
      this.#left[route.view] = hashOf({ ...route, entry: null });
      current.setAttribute("href", this.#left[route.view]);
    }
    document.title = `${route.view === "live" ? "Live" : route.view === "ledger" ? "Ledger" : "Flows"} · Sapwood`;
  }

  /** Where the view that was left is gone back to. */
  left(view: "live" | "flows" | "ledger"): `#/${string}` {
    return view === "ledger" ? hashOf({ ...START, view }) : this.#left[view];
  }

  /** Says whether the collector answers. */
  connected(is: boolean): void {
    this.#status.className = is ? "" : "failing";
    setText(this.#status, is ? "Live" : "The collector does not answer; trying again …");
  }

  /** Says why a question was refused. */
  refused(sentence: string): void {
    this.#status.className = "failing";
    setText(this.#status, sentence);
  }

  refresh(): void {
    if (this.#running || document.hidden) return;
    this.#running = true;
    Promise.all([fetchStatus(), fetchInstances(ACCOUNTS)])
      .then(
        ([{ entries, bytes, ratePerSecond }, { instances }]) => {
          const rate = ratePerSecond >= 10 ? Math.round(ratePerSecond) : Number(ratePerSecond.toFixed(1));
          setText(this.#numbers, `${counted(entries, "entry", "entries")} · ${size(bytes)} · ${grouped(rate)}/s`);
          const loss = instances.reduce((sum, ledger) => sum + lossOf(ledger), 0);
          this.#loss.hidden = loss === 0;
          setText(this.#loss, `${grouped(loss)} lost`);
        },
        () => {
          // The stream says that the collector is gone, and when it is back.
        },
      )
      .finally(() => (this.#running = false));
  }
}
