/**
 * Owns: asking the read API.
 * Invariant: every request has a time limit, so that a hanging collector shows as unreachable.
 * Tested in: tests/viewer/gone.test.ts and filters.test.ts.
 */
import type { EntriesAnswer, FacetsAnswer, FlowAnswer, FlowsAnswer, InstancesAnswer, StatusAnswer, StoredEntry } from "../../api-types.js";
import { parametersOf, type Filter } from "./filters.js";

const TIMEOUT_MS = 10_000;

/** The collector answered, and refused. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Entries that pass the filter, newest first: the newest, or those before or directly after an id. */
export function fetchEntries(filter: Filter, limit: number, cursor: { before?: number; after?: number } = {}): Promise<EntriesAnswer> {
  const parameters = parametersOf(filter);
  parameters.set("limit", String(limit));
  for (const [name, value] of Object.entries(cursor)) parameters.set(name, String(value));
  return get<EntriesAnswer>(`/api/entries?${parameters}`);
}

/** One entry, whole. */
export function fetchEntry(id: number): Promise<StoredEntry> {
  return get<StoredEntry>(`/api/entries/${id}`);
}

/** Which flows of the list. */
export interface FlowsQuery {
  readonly status: string;
  readonly text: string;
  readonly limit: number;
  /** The answer's `next`, for those that follow. */
  readonly before?: number;
}

export function fetchFlows({ status, text, limit, before }: FlowsQuery): Promise<FlowsAnswer> {
  const parameters = new URLSearchParams({ limit: String(limit) });
  if (status !== "") parameters.set("status", status);
  if (text !== "") parameters.set("q", text);
  if (before !== undefined) parameters.set("before", String(before));
  return get<FlowsAnswer>(`/api/flows?${parameters}`);
}

export function fetchFlow(id: string): Promise<FlowAnswer> {
  return get<FlowAnswer>(`/api/flows/${encodeURIComponent(id)}`);
}

export function fetchInstances(limit: number): Promise<InstancesAnswer> {
  return get<InstancesAnswer>(`/api/instances?limit=${limit}`);
}

export function fetchFacets(): Promise<FacetsAnswer> {
  return get<FacetsAnswer>("/api/facets");
}

export function fetchStatus(): Promise<StatusAnswer> {
  return get<StatusAnswer>("/api/status");
}

async function get<Answer>(path: string): Promise<Answer> {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.ok) return (await response.json()) as Answer;
  const body = (await response.json().catch(() => ({}))) as { error?: unknown };
  throw new Refusal(response.status, typeof body.error === "string" ? body.error : `The collector answered ${response.status}.`);
}
