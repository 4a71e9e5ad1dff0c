/**
 * Owns: reading the parameters of the read API, with their bounds.
 * Invariant: a wrong parameter is an error for the answer, never ignored; the sentence does not repeat its value.
 * Tested in: tests/collector/read.test.ts.
 */
import { FilterError, parseFilter, type Filter } from "../filter.js";

/** A request that is answered with `status` and its message. */
export class ApiError extends Error {
  constructor(
    readonly status: 400 | 404 | 503,
    message: string,
  ) {
    super(message);
  }
}

/** The filters of a request; `own` are the names it takes besides. */
export function filterOf(parameters: URLSearchParams, own: readonly string[]): Filter {
  try {
    return parseFilter(parameters, own);
  } catch (error) {
    if (error instanceof FilterError) throw new ApiError(400, error.message);
    throw error;
  }
}

/** Refuses parameters with other names. */
export function only(parameters: URLSearchParams, names: readonly string[]): void {
  for (const name of parameters.keys()) {
    if (!names.includes(name)) throw new ApiError(400, names.length === 0 ? "This address takes no parameters." : `The parameters here are ${names.join(", ")}.`);
  }
}

/** How many are wanted. */
export function limit(parameters: URLSearchParams, usual: number, max: number): number {
  const value = parameters.get("limit");
  return value === null ? usual : Math.max(1, whole("limit", value, max));
}

/** A cursor, where it is given. */
export function cursor(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name);
  return value === null ? undefined : whole(name, value, Number.MAX_SAFE_INTEGER);
}

/** A whole number from 0 to `max`. */
export function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value > max) throw new ApiError(400, `${name} must be a whole number from 0 to ${max}.`);
  return value;
}

/** A part of the path without its percent-encoding. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(400, "The path is not valid percent-encoding.");
  }
}
