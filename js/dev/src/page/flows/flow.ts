/**
 * Owns: one flow: what became of it, its lanes over time, and its steps as a waterfall, with what else its session did.
 * Tested in: tests/viewer/flows.test.ts.
 */
import type { FlowAnswer, FlowSummary, StoredEntry } from "../../api-types.js";
import { hashOf, parseRoute, START, type Route } from "../app/route.js";
import type { Host, View } from "../app/view.js";
import { fetchEntries, fetchFlow, Refusal } from "../data/api.js";
import { Refresher } from "../data/refresher.js";
import { element, fill, link } from "../ui/dom.js";
import { counted, duration, grouped } from "../ui/format.js";
import { copyButton, instant, notice } from "../ui/parts.js";
import { axisView, lanesView } from "./lanes.js";
import { lengthOf, statusWord } from "./status.js";
import { timelineOf } from "./timeline.js";
import { Waterfall } from "./waterfall.js";

const REFRESH_MS = 500;
/** Entries of the session that are shown, and how far before and after the flow they are looked for. */
const AROUND_MAX = 200;
const AROUND_MS = 2_000;

interface Loaded {
  readonly answer: FlowAnswer;
  readonly around: readonly StoredEntry[];
  /** Has the session more there than is asked for? */
  readonly moreAround: boolean;
}

/** See the head of the module. */
export class FlowView implements View {
  readonly root = element("div", "flow-view scroll");
  readonly #host: Host;
  readonly #head = element("div", "flow-head");
  readonly #lanes = element("div", "");
  readonly #session = element("input", "");
  readonly #sessionLabel: HTMLLabelElement;
  readonly #axis = element("div", "waterfall-axis");
  readonly #waterfall: Waterfall;
  readonly #refresher: Refresher<Loaded>;
  #loaded: Loaded | null = null;
  #shown = "";
  #followed = "";

  constructor(host: Host) {
    this.#host = host;
    this.#waterfall = new Waterfall(host);
    this.#session.type = "checkbox";
    this.#session.checked = true;
    this.#session.addEventListener("change", () => this.#draw());
    this.#sessionLabel = element("label", "check", this.#session);
    this.root.append(this.#head, this.#lanes, element("div", "bar inner", this.#sessionLabel), this.#axis, this.#waterfall.root);
    this.#refresher = new Refresher(
      REFRESH_MS,
      () => load(host.route.flow),
      (loaded) => this.#use(loaded),
      (error) => this.#failed(error),
    );
  }

  show(route: Route, entering: boolean): void {
    if (entering || this.#loaded?.answer.flow.id !== route.flow) {
      this.#shown = "";
      this.#followed = "";
      this.#loaded = null;
      this.#refresher.request(true);
    }
    this.#waterfall.choose(route.entry);
  }

  leave(): void {
    this.#refresher.stop();
  }

  arrived(): void {
    this.#refresher.request();
  }

  reconnected(): void {
    this.#refresher.request(true);
  }

  step(delta: number): void {
    this.#waterfall.step(delta);
  }

  enter(): void {
    this.#waterfall.enter();
  }

  escape(): void {
    this.#host.go(parseRoute(this.#host.flows()));
  }

  #use(loaded: Loaded): void {
    this.#host.answered(null);
    const { flow, entries } = loaded.answer;
    if (this.#followed !== flow.id) {
      this.#followed = flow.id;
      this.#host.follow({ flow: flow.id }, Math.max(0, ...entries.map(({ id }) => id)));
    }
    const text = JSON.stringify([flow, entries.length, loaded.around.length, loaded.moreAround]);
    this.#loaded = loaded;
    if (text === this.#shown) return;
    this.#shown = text;
    this.#draw();
  }

  #failed(error: unknown): void {
    this.#host.answered(error);
    if (!(error instanceof Refusal && error.status === 404)) return;
    fill(this.#head, this.#back(), notice("There is no such flow here (any more)."));
    for (const part of [this.#lanes, this.#sessionLabel, this.#axis, this.#waterfall.root]) part.replaceChildren();
  }

  #back(): HTMLElement {
    return link("back", this.#host.flows(), "← Flows");
  }

  #draw(): void {
    if (this.#loaded === null) return;
    const { answer, around, moreAround } = this.#loaded;
    const timeline = timelineOf(answer.entries, this.#session.checked ? around : []);
    const ids = new Set(answer.entries.map(({ id }) => id));
    const others = around.filter(({ id }) => !ids.has(id)).length;
    fill(this.#head, this.#back(), ...headOf(answer.flow, timeline.slowest));
    fill(this.#lanes, lanesView(timeline, (id) => this.#host.go({ entry: id }, this.#host.route.entry !== null)));
    this.#sessionLabel.hidden = others === 0 && !answer.more && !moreAround;
    const older = moreAround ? `, of its last ${grouped(around.length)} in that time` : "";
    const more = answer.more ? ` (of the flow's, the first ${grouped(answer.entries.length)} are shown)` : "";
    fill(this.#sessionLabel, this.#session, ` Show ${counted(others, "other entry", "other entries")} of the same session${older}${more}`);
    fill(this.#axis, element("span", ""), axisView(timeline.length));
    this.#waterfall.draw(timeline, answer.flow.id);
    this.#waterfall.choose(this.#host.route.entry);
  }
}

async function load(id: string): Promise<Loaded> {
  const answer = await fetchFlow(id);
  const { sessionId, firstAt, lastAt } = answer.flow;
  if (sessionId === null || sessionId === "") return { answer, around: [], moreAround: false };
  const span = { session: sessionId, from: String(Math.max(0, Math.floor(firstAt - AROUND_MS))), to: String(Math.ceil(lastAt + AROUND_MS)) };
  const { entries, more } = await fetchEntries(span, AROUND_MAX);
  return { answer, around: entries, moreAround: more };
}

function headOf(flow: FlowSummary, slowest: { since: number | null; entry: StoredEntry } | null): HTMLElement[] {
  const facts = [
    counted(flow.entries, "step"),
    flow.errors === 0 ? "no errors" : counted(flow.errors, "error"),
    ...(flow.branches > 1 ? [counted(flow.branches - 1, "branch", "branches")] : []),
    `${flow.outcome === null ? "running for" : "took"} ${duration(lengthOf(flow))}`,
  ];
  const title = element("div", "flow-title", element("h1", "", flow.name ?? flow.id), statusWord(flow), element("span", "quiet mono", flow.id), copyButton("Copy id", () => flow.id));
  const about = element("p", "flow-about", facts.join(" · "), element("span", "quiet", " · began "), instant(flow.firstAt, "date"));
  if (flow.source !== null) about.append(element("span", "quiet", ` · ${flow.source}`));
  if (flow.sessionId !== null && flow.sessionId !== "") about.append(" · ", link("", hashOf({ ...START, filter: { session: flow.sessionId } }), "its session"));
  about.append(" · ", link("", hashOf({ ...START, filter: { flow: flow.id } }), "as a list"));
  const slow = slowest?.since == null ? null : element("p", "flow-slowest", "Slowest: ", element("strong", "", duration(slowest.since)), ` before “${slowest.entry.message.slice(0, 200)}”`);
  return [title, about, ...(slow === null ? [] : [slow])];
}
