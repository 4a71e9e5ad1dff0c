/**
 * Owns: how the account of one logger instance is shown: the sentence, the sum as a bar, the numbers.
 * Tested in: tests/viewer/ledger.test.ts.
 */
import type { Ledger } from "../../api-types.js";
import { hashOf, START } from "../app/route.js";
import { age } from "../ui/ages.js";
import { element, label, link } from "../ui/dom.js";
import { dateTime, grouped } from "../ui/format.js";
import { findingsOf, lifeOf, lossOf } from "./verdict.js";

type Fields = Readonly<Record<string, unknown>>;

/** The card of one account. */
export function cardOf(ledger: Ledger): HTMLElement {
  const findings = findingsOf(ledger).map(({ tone, text }) => element("li", `finding finding-${tone}`, text));
  const name = element("h2", "", ledger.source ?? "(no source)");
  const life = element("p", "card-life quiet", `${lifeOf(ledger)} `, age(ledger.lastSeen));
  life.title = dateTime(ledger.lastSeen);
  const show = link("", hashOf({ ...START, filter: { instance: ledger.instance } }), "its entries");
  const about = element("p", "card-about quiet", element("span", "mono", ledger.instance), ...aboutOf(ledger).map((text) => ` · ${text}`), " · ", show);
  const card = element("article", "card", element("div", "card-head", name, life), element("ul", "findings", ...findings), sumBar(ledger), numbers(ledger), about);
  card.dataset["instance"] = ledger.instance;
  label(card, "aria-label", `Logger ${ledger.source ?? ""} ${ledger.instance}`);
  card.tabIndex = -1;
  return card;
}

function aboutOf({ environment, core, sdk, resource, userAgent }: Ledger): string[] {
  const of = (value: unknown, key: string): string => {
    const map = typeof value === "object" && value !== null ? (value as Fields) : {};
    return typeof map[key] === "string" ? map[key] : "";
  };
  const client = [of(sdk, "name"), of(sdk, "version")].filter((part) => part !== "").join(" ");
  return [environment ?? "", client, core === null ? "" : `core ${core}`, of(resource, "url"), userAgent ?? ""].filter((part) => part !== "");
}

function numbers(ledger: Ledger): HTMLElement {
  const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
  const list: (readonly [name: string, count: number | null, title: string])[] = [
    ["accepted", ledger.accepted, "what the logger says it took"],
    ["received", ledger.received, "entries that arrived, duplicates included"],
    ["stored", ledger.stored, "each sequence number once"],
    ["duplicates", ledger.duplicates, "arrived again and were not stored twice"],
    ["dropped", dropped, "by the client, by reason"],
    ["missing", ledger.missing, "should be here, and no drop explains them"],
    ["waiting", ledger.waiting, "accepted and not sent when last heard"],
    ["unconfirmed", ledger.unconfirmed, "given to beacons, whose answer nobody sees"],
    ["confirmed", ledger.confirmed, "of those, the ones that are here"],
    ["batches", ledger.batches, "requests that held entries, each id once"],
    ["expired", ledger.expired, "removed here by retention since"],
  ];
  const made = element("dl", "numbers");
  for (const [name, count, title] of list) {
    const bad = count !== null && count > 0 && (name === "missing" || (name === "dropped" && lossOf(ledger) > ledger.missing));
    const item = element("div", bad ? "number bad" : count === 0 || count === null ? "number zero" : "number", element("dt", "", name), element("dd", "", count === null ? "–" : grouped(count)));
    item.title = title;
    item.dataset["name"] = name;
    made.append(item);
  }
  return made;
}

/** The sum of the account, as a bar: accepted = stored + dropped + missing + waiting. */
function sumBar(ledger: Ledger): HTMLElement {
  const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
  const parts: (readonly [name: string, count: number])[] = [["stored", ledger.stored], ["dropped", dropped], ["missing", ledger.missing], ["waiting", ledger.waiting]];
  const sum = parts.reduce((total, [, count]) => total + count, 0);
  const bar = element("div", "sum-bar");
  bar.setAttribute("role", "img");
  label(bar, "aria-label", parts.filter(([, count]) => count > 0).map(([name, count]) => `${grouped(count)} ${name}`).join(", ") || "no entries");
  for (const [name, count] of parts) {
    if (count === 0) continue;
    const part = element("span", `sum-part sum-${name}`);
    part.style.flexGrow = String(count / Math.max(1, sum));
    bar.append(part);
  }
  return bar;
}
