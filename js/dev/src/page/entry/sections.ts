/**
 * Owns: what an open entry shows, section by section, and that nothing of it is left out: what no section knows stands in
 * "Other fields", and all of it in "Raw".
 * Tested in: tests/viewer/entry.test.ts.
 */
import type { StoredEntry } from "../../api-types.js";
import { hashOf, START } from "../app/route.js";
import { FILTER_LABEL, type FilterName } from "../data/filters.js";
import { block, button, element, link, type Content } from "../ui/dom.js";
import { dateTime, duration, size } from "../ui/format.js";
import { copyButton, instant, section } from "../ui/parts.js";
import { errorSection } from "./error-view.js";
import { tree } from "./tree.js";

/** How much around an entry "the time around it" is. */
const AROUND_MS = 5_000;

type Fields = Readonly<Record<string, unknown>>;

/** What the panel lets one do with a value. */
export interface SectionActions {
  filter(name: FilterName, value: string): void;
  /** Shows all entries of a stretch of time, whatever the filters. */
  around(from: number, to: number): void;
}

const SHOWN = new Set(
  "seq timestamp level message template parameters data context tags userId sessionId requestId user errorName errorStack flowId stepIndex flow traceId spanId source environment version truncated".split(" "),
);

/** All sections of an entry. */
export function sectionsOf(stored: StoredEntry, actions: SectionActions): HTMLElement[] {
  const entry: Fields = stored.entry ?? {};
  const rest = Object.fromEntries(Object.entries(entry).filter(([name]) => !SHOWN.has(name)));
  return [
    errorSection(entry),
    treeSection("Data", entry["data"]),
    treeSection("Context", entry["context"]),
    templateSection(entry),
    flowSection(stored, entry),
    whoSection(stored, entry, actions),
    Object.keys(rest).length === 0 ? null : treeSection("Other fields", rest),
    deliverySection(stored, entry, actions),
    rawSection(entry),
  ].filter((made) => made !== null);
}

function treeSection(title: string, value: unknown): HTMLElement | null {
  if (value === undefined || value === null) return null;
  return section(title, "tree-section", copyButton("Copy", () => JSON.stringify(value, null, 2)), tree(value));
}

function templateSection(entry: Fields): HTMLElement | null {
  const { template, parameters } = entry;
  if (typeof template !== "string") return null;
  return section("Template", "", element("p", "mono", template), parameters === undefined ? null : tree(parameters));
}

function flowSection(stored: StoredEntry, entry: Fields): HTMLElement | null {
  const { flowId, stepIndex } = stored;
  if (flowId === null) return null;
  const more = typeof entry["flow"] === "object" && entry["flow"] !== null ? (entry["flow"] as Fields) : {};
  const length = more["durationMs"];
  const href = hashOf({ ...START, view: "flow", flow: flowId, entry: stored.id });
  return section(
    "Flow",
    "",
    facts([
      ["flow", link("", href, `${stored.flowName ?? flowId}`)],
      ["id", flowId],
      ["step", stepIndex === null ? null : String(stepIndex)],
      ["branch", stored.flowBranch],
      ["outcome", stored.flowOutcome],
      ["took", typeof length === "number" ? duration(length) : null],
    ]),
  );
}

function whoSection(stored: StoredEntry, entry: Fields, { filter }: SectionActions): HTMLElement | null {
  const by = (name: FilterName, value: string | null): Content =>
    value === null || value === "" ? null : button("value-link", value, () => filter(name, value), `Filter by ${FILTER_LABEL[name]}`);
  const text = (name: string): Content => (typeof entry[name] === "string" && entry[name] !== "" ? entry[name] : null);
  const tags = stored.tags.map((tag) => by("tag", tag)).filter((made) => made !== null);
  return section(
    "Where and who",
    "",
    facts([
      ["source", by("source", stored.source)],
      ["environment", by("environment", stored.environment)],
      ["version", stored.version === "" ? null : stored.version],
      ["tags", tags.length === 0 ? null : element("span", "value-links", ...tags)],
      ["user", by("user", stored.userId)],
      ["session", by("session", stored.sessionId)],
      ["request", text("requestId")],
      ["trace", text("traceId")],
      ["span", text("spanId")],
    ]),
    entry["user"] === undefined || entry["user"] === null ? null : tree({ user: entry["user"] }),
  );
}

function deliverySection(stored: StoredEntry, entry: Fields, { filter, around }: SectionActions): HTMLElement {
  const { instance, timestamp, receivedAt } = stored;
  const late = receivedAt - timestamp;
  const near = button("value-link", `${duration(AROUND_MS)} around it`, () => around(timestamp - AROUND_MS, timestamp + AROUND_MS), "All entries of that time, other filters removed");
  return section(
    "Delivery",
    "",
    facts([
      ["logged", instant(timestamp, "date")],
      ["arrived", `${dateTime(receivedAt)} (${duration(Math.abs(late))} ${late < 0 ? "earlier: the clocks differ" : "later"})`],
      ["time", near],
      ["logger", instance === null ? null : button("value-link", instance, () => filter("instance", instance), "Filter by this logger instance")],
      ["sequence", stored.seq === null ? null : String(stored.seq)],
      ["batch", stored.batchId],
      ["size", size(stored.bytes)],
      ["truncated", Array.isArray(entry["truncated"]) ? entry["truncated"].join(", ") : null],
    ]),
  );
}

function rawSection(entry: Fields): HTMLElement {
  const details = element("details", "raw", element("summary", "", "Raw JSON"));
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(block(JSON.stringify(entry, null, 2), "Raw JSON"));
  });
  return element("section", "", element("div", "raw-line", details, copyButton("Copy JSON", () => JSON.stringify(entry, null, 2))));
}

function facts(list: readonly (readonly [name: string, value: Content])[]): HTMLElement {
  const made = element("dl", "facts");
  for (const [name, value] of list) if (value !== null) made.append(element("dt", "", name), element("dd", "", value));
  return made;
}
