/**
 * Owns: the shapes of the read API's answers, shared by the server, the page and the tests. Types only.
 */

/** One stored entry. */
export interface StoredEntry {
  /** Position in the order of arrival; the cursor of `before` and `after`. */
  readonly id: number;
  readonly instance: string | null;
  readonly seq: number | null;
  readonly batchId: string | null;
  /** The client's time and this machine's, in Unix ms. */
  readonly timestamp: number;
  readonly receivedAt: number;
  readonly level: string;
  readonly message: string;
  readonly source: string | null;
  readonly environment: string | null;
  readonly flowId: string | null;
  readonly flowName: string | null;
  readonly stepIndex: number | null;
  readonly errorName: string | null;
  /** The whole entry as it was sent; null in lists where it is large (read it alone then). */
  readonly entry: Readonly<Record<string, unknown>> | null;
  /** The size of the entry's JSON, in bytes. */
  readonly bytes: number;
}

/** `GET /api/entries`: newest first. */
export interface EntriesAnswer {
  readonly entries: readonly StoredEntry[];
  /** Is there more in the direction that was asked for (older, or with `after` newer)? */
  readonly more: boolean;
  /** The highest id looked at: who asks with `after` this misses none, and nothing is looked at twice. */
  readonly cursor: number;
}

/** One flow, summed up over the entries stored of it. */
export interface FlowSummary {
  readonly id: string;
  readonly name: string | null;
  readonly source: string | null;
  readonly entries: number;
  readonly errors: number;
  readonly lastStep: number | null;
  /** Times of its earliest and latest entry, in Unix ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** `ok`, `failed`, `abandoned`, or null while it has not ended. */
  readonly outcome: string | null;
  readonly durationMs: number | null;
}

/** `GET /api/flows`: the flow that moved last comes first. */
export interface FlowsAnswer {
  readonly flows: readonly FlowSummary[];
}

/** `GET /api/flows/{id}`: its entries in the order of its branches and steps. */
export interface FlowAnswer {
  readonly flow: FlowSummary;
  readonly entries: readonly StoredEntry[];
  readonly more: boolean;
}

/** What one logger instance says it accepted, against what is here. */
export interface Ledger {
  readonly instance: string;
  readonly source: string | null;
  readonly environment: string | null;
  readonly core: string | null;
  readonly sdk: unknown;
  readonly resource: unknown;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Entries that the client accepted so far; null where it does not say. */
  readonly accepted: number | null;
  /** The highest sequence number heard of. */
  readonly lastSeq: number;
  /** Entries stored here, each sequence number once. */
  readonly stored: number;
  /** What the client dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** `hide` or `close` where the last batch was announced as the last. */
  readonly final: string | null;
  /** Sequence numbers that should be here, are not, and that no drop explains. */
  readonly missing: number;
  /** Where numbers are absent, as inclusive ranges; empty where `missing` is 0. */
  readonly gaps: readonly (readonly [number, number])[];
  /** Are there more ranges than listed? */
  readonly moreGaps: boolean;
  /** Entries that the client accepted and had not sent when last heard. */
  readonly waiting: number;
}

/** `GET /api/instances`: the one heard last comes first. */
export interface InstancesAnswer {
  readonly instances: readonly Ledger[];
}
