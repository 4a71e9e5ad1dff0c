/**
 * Owns: asking the read API.
 * Invariant: every request has a time limit, so that a hanging collector shows as unreachable.
 */
import type { EntriesAnswer, FlowsAnswer, InstancesAnswer, StoredEntry } from "../api-types.js";

const TIMEOUT_MS = 5_000;

/** Which entries the reader wants to see. */
export interface Filter {
  readonly level: string;
  readonly q: string;
  readonly flow: string;
}

/** Entries that pass the filter: the newest, or those before or directly after an id. */
export function fetchEntries(filter: Filter, limit: number, cursor: { before?: number; after?: number } = {}): Promise<EntriesAnswer> {
  const parameters = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries({ ...filter, ...cursor })) if (value !== "") parameters.set(name, String(value));
  return get<EntriesAnswer>(`/api/entries?${parameters}`);
}

/** One entry, whole. */
export function fetchEntry(id: number): Promise<StoredEntry> {
  return get<StoredEntry>(`/api/entries/${id}`);
}

export function fetchFlows(limit: number): Promise<FlowsAnswer> {
  return get<FlowsAnswer>(`/api/flows?limit=${limit}`);
}

export function fetchInstances(limit: number): Promise<InstancesAnswer> {
  return get<InstancesAnswer>(`/api/instances?limit=${limit}`);
}

async function get<Answer>(path: string): Promise<Answer> {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as Answer;
}
