/**
 * Owns: the names of the filters, which are those of the read API, of the page's address and of the terminal.
 * Does not own: what they mean (the server's filter.ts).
 * Tested in: tests/viewer/filters.test.ts.
 */
import type { FilterName } from "../../filter.js";

export type { FilterName };

/** In the order in which their chips stand. */
export const FILTERS: readonly FilterName[] = ["level", "q", "source", "environment", "tag", "user", "session", "flow", "instance", "from", "to"];

/** Which entries the reader wants to see; all of it must hold. Absent and never empty. */
export type Filter = Readonly<Partial<Record<FilterName, string>>>;

/** What a chip calls each filter. */
export const FILTER_LABEL: Readonly<Record<FilterName, string>> = {
  level: "level ≥",
  q: "text",
  source: "source",
  environment: "environment",
  tag: "tag",
  user: "user",
  session: "session",
  flow: "flow",
  instance: "logger",
  from: "from",
  to: "until",
};

/** The filter with one value changed; an empty one takes it out. */
export function withFilter(filter: Filter, name: FilterName, value: string): Filter {
  const rest: Partial<Record<FilterName, string>> = { ...filter };
  delete rest[name];
  if (value !== "") rest[name] = value;
  return rest;
}

/** The filters of some parameters, others and empty ones left out. */
export function filterOf(parameters: URLSearchParams): Filter {
  let filter: Filter = {};
  for (const name of FILTERS) filter = withFilter(filter, name, parameters.get(name) ?? "");
  return filter;
}

/** The parameters of a filter, in a fixed order. */
export function parametersOf(filter: Filter): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filter[name];
    if (value !== undefined) parameters.set(name, value);
  }
  return parameters;
}

export function isEmpty(filter: Filter): boolean {
  return FILTERS.every((name) => filter[name] === undefined);
}

export function sameFilter(a: Filter, b: Filter): boolean {
  return FILTERS.every((name) => a[name] === b[name]);
}
