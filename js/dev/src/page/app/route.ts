/**
 * Owns: the page's address. All that the reader chose stands in the fragment, so that a link, a reload and the back button
 * give the same view, and no server sees it.
 * Forms: `#/live?level=warn&entry=12`, `#/flows?status=failed&q=check`, `#/flows/{id}?entry=12`, `#/ledger`.
 * Tested in: tests/viewer/pure.test.ts.
 */
import { filterOf, parametersOf, type Filter } from "../data/filters.js";

export type ViewName = "live" | "flows" | "flow" | "ledger";

/** Where the reader is. */
export interface Route {
  readonly view: ViewName;
  /** Of the live view. */
  readonly filter: Filter;
  /** The entry that is open. */
  readonly entry: number | null;
  /** The flow that is shown; empty outside the view `flow`. */
  readonly flow: string;
  /** Of the list of flows. */
  readonly status: string;
  readonly text: string;
}

export const START: Route = { view: "live", filter: {}, entry: null, flow: "", status: "", text: "" };

/** Reads an address; what cannot be read is left out. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = split(hash.replace(/^#\/?/, ""));
  const parameters = new URLSearchParams(query);
  const [first = "", ...rest] = path.split("/");
  const entry = /^[1-9]\d{0,15}$/.test(parameters.get("entry") ?? "") ? Number(parameters.get("entry")) : null;
  if (first === "ledger") return { ...START, view: "ledger", entry };
  if (first !== "flows") return { ...START, filter: filterOf(parameters), entry };
  const flow = decoded(rest.join("/"));
  if (flow !== "") return { ...START, view: "flow", flow, entry };
  return { ...START, view: "flows", status: parameters.get("status") ?? "", text: parameters.get("q") ?? "", entry };
}

/** The address of a route. */
export function hashOf(route: Route): `#/${string}` {
  const parameters = route.view === "live" ? parametersOf(route.filter) : new URLSearchParams();
  if (route.view === "flows" && route.status !== "") parameters.set("status", route.status);
  if (route.view === "flows" && route.text !== "") parameters.set("q", route.text);
  if (route.entry !== null) parameters.set("entry", String(route.entry));
  const path = route.view === "flow" ? `flows/${encodeURIComponent(wellFormed(route.flow))}` : route.view;
  const query = String(parameters);
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

/** Follows the address; `changed` hears every change, those of `go` included. */
export class Router {
  #route: Route = parseRoute(location.hash);
  readonly #changed: (route: Route, before: Route) => void;

  constructor(changed: (route: Route, before: Route) => void) {
    this.#changed = changed;
    addEventListener("popstate", () => this.#set(parseRoute(location.hash)));
  }

  get route(): Route {
    return this.#route;
  }

  /** Goes somewhere; `replace` leaves no step for the back button. */
  go(change: Partial<Route>, replace = false): void {
    const route = { ...this.#route, ...change };
    const hash = hashOf(route);
    if (hash === hashOf(this.#route)) return;
    history[replace ? "replaceState" : "pushState"](null, "", hash);
    this.#set(route);
  }

  #set(route: Route): void {
    const before = this.#route;
    this.#route = route;
    this.#changed(route, before);
  }
}

function split(text: string): [string, string] {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `encodeURIComponent` throws on lone surrogates. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}
