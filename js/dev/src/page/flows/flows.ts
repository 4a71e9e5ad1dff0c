/**
 * Owns: the list of flows: status, steps, errors, length, slowest step; narrowed by status and text.
 * Tested in: tests/viewer/flows.test.ts.
 */
import type { FlowsAnswer, FlowSummary } from "../../api-types.js";
import { hashOf, START, type Route } from "../app/route.js";
import type { Host, View } from "../app/view.js";
import { fetchFlows } from "../data/api.js";
import { NO_ENTRIES } from "../data/feed.js";
import { Refresher } from "../data/refresher.js";
import { age } from "../ui/ages.js";
import { button, element, label, link, setText } from "../ui/dom.js";
import { counted, duration, grouped } from "../ui/format.js";
import { instant, notice } from "../ui/parts.js";
import { lengthOf, slowestText, STATUSES, statusWord } from "./status.js";

const PAGE = 50;
const SHOWN_MAX = 200;
const REFRESH_MS = 1_000;
const TYPING_MS = 150;
const COLUMNS = ["Status", "Flow", "Steps", "Problems", "Duration", "Slowest step", "Last moved"];

/** See the head of the module. */
export class FlowsView implements View {
  readonly root = element("div", "flows");
  readonly search = element("input", "search");
  readonly #host: Host;
  readonly #statuses = element("div", "segments");
  readonly #body = element("tbody", "");
  readonly #table: HTMLTableElement;
  readonly #more: HTMLButtonElement;
  readonly #count = element("span", "quiet count");
  readonly #empty = element("div", "empty");
  readonly #refresher: Refresher<FlowsAnswer>;
  #limit = PAGE;
  #shown = "";
  #typing = 0;

  constructor(host: Host) {
    this.#host = host;
    this.search.type = "search";
    this.search.maxLength = 200;
    label(this.search, "placeholder", "Search flows  ( / )");
    label(this.search, "aria-label", "Search flows");
    this.search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => host.go({ text: this.search.value }, true), TYPING_MS);
    });
    label(this.#statuses, "aria-label", "Status");
    this.#statuses.setAttribute("role", "group");
    for (const [value, text] of STATUSES) {
      const made = button("segment", text, () => host.go({ status: value }));
      made.dataset["status"] = value;
      this.#statuses.append(made);
    }
    const head = element("thead", "", element("tr", "", ...COLUMNS.map((name) => element("th", "", name))));
    this.#table = element("table", "flow-table", head, this.#body);
    label(this.#table, "aria-label", "Flows, the one that moved last first");
    this.#more = button("more", "Show more", () => {
      this.#limit = Math.min(SHOWN_MAX, this.#limit + PAGE);
      this.#refresher.request(true);
    });
    const scroll = element("div", "scroll", this.#table, this.#more, this.#empty);
    this.root.append(element("div", "bar", this.search, this.#statuses, this.#count), scroll);
    this.#refresher = new Refresher(
      REFRESH_MS,
      () => fetchFlows({ status: host.route.status, text: host.route.text, limit: this.#limit }),
      (answer) => {
        host.answered(null);
        this.#draw(answer);
      },
      (error) => host.answered(error),
    );
  }

  show(route: Route, entering: boolean): void {
    if (document.activeElement !== this.search || route.text === "") this.search.value = route.text;
    for (const made of this.#statuses.children) made.setAttribute("aria-pressed", String((made as HTMLElement).dataset["status"] === route.status));
    if (entering) this.#host.follow(NO_ENTRIES, 0);
    this.#limit = PAGE;
    this.#refresher.request(true);
  }

  leave(): void {
    this.#refresher.stop();
  }

  flowsChanged(): void {
    this.#refresher.request();
  }

  reconnected(): void {
    this.#refresher.request(true);
  }

  step(delta: number): void {
    const links = [...this.#body.querySelectorAll("a")];
    const at = links.findIndex((made) => made === document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + delta))]?.focus();
  }

  enter(): void {
    if (this.#body.contains(document.activeElement)) (document.activeElement as HTMLElement).click();
    else this.step(1);
  }

  escape(): void {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }

  #draw({ flows, next }: FlowsAnswer): void {
    setText(this.#count, `${next === null ? "" : "over "}${counted(flows.length, "flow")}`);
    this.#more.hidden = next === null || this.#limit >= SHOWN_MAX;
    const { status, text: q } = this.#host.route;
    const text = JSON.stringify([flows, status, q]);
    if (text === this.#shown) return;
    this.#shown = text;
    const focused = document.activeElement instanceof HTMLElement && this.#body.contains(document.activeElement) ? document.activeElement.dataset["flow"] : undefined;
    this.#body.replaceChildren(...flows.map(rowOf));
    if (focused !== undefined) [...this.#body.querySelectorAll("a")].find(({ dataset }) => dataset["flow"] === focused)?.focus();
    this.#table.hidden = flows.length === 0;
    const hint = element("p", "quiet", "A flow is a story told in steps: ", element("code", "", 'const flow = log.flow("checkout"); flow.info("Cart validated"); flow.ok();'));
    this.#empty.replaceChildren(...(flows.length > 0 ? [] : [status === "" && q === "" ? notice("No flows yet.", hint) : notice("No flows match.")]));
    this.#empty.hidden = flows.length > 0;
  }
}

function rowOf(flow: FlowSummary): HTMLTableRowElement {
  const name = link("flow-name", hashOf({ ...START, view: "flow", flow: flow.id }), flow.name ?? flow.id);
  name.dataset["flow"] = flow.id;
  const branches = flow.branches > 1 ? counted(flow.branches - 1, "branch", "branches") : "";
  const about = [flow.id, flow.source ?? "", branches].filter((part) => part !== "").join(" · ");
  const problems = [flow.errors > 0 ? counted(flow.errors, "error") : "", flow.warnings > 0 ? counted(flow.warnings, "warning") : ""].filter((part) => part !== "");
  const when = element("td", "num", instant(flow.lastAt, "date"), age(flow.lastAt, "quiet sub"));
  return element(
    "tr",
    "",
    element("td", "", statusWord(flow)),
    element("td", "flow-cell", name, element("span", "quiet sub", about)),
    element("td", "num", grouped(flow.entries), element("span", "unit quiet", flow.entries === 1 ? " step" : " steps")),
    element("td", flow.errors > 0 ? "num bad" : flow.warnings > 0 ? "num warn" : "num quiet", problems.length === 0 ? "none" : problems.join(", ")),
    element("td", "num", duration(lengthOf(flow)), flow.outcome === null ? element("span", "quiet sub", "so far") : null),
    element("td", "num", slowestText(flow) === "" ? element("span", "quiet", "–") : slowestText(flow)),
    when,
  );
}
