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
  readonly version: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly tags: readonly string[];
  readonly flowId: string | null;
  readonly flowName: string | null;
  /** The writer's branch of the flow; null for the one that began it. */
  readonly flowBranch: string | null;
  readonly stepIndex: number | null;
  /** `ok`, `failed` or `abandoned` on the entry that ends a flow. */
  readonly flowOutcome: string | null;
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

/**
 * `GET /api/stream`, event `entries`: what arrived since the last event, oldest first. The event's id is the cursor; a
 * reader that comes back with it (`Last-Event-ID` or `after`) goes on from there.
 */
export interface StreamEntries {
  readonly entries: readonly StoredEntry[];
  readonly cursor: number;
  /** Entries that match and were left out, because too many came or the reader was too slow: older than the first one listed. */
  readonly skipped: number;
}

/** The longest time between two steps that follow each other on one branch. */
export interface SlowestStep {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

/** One flow, summed up over the entries stored of it. */
export interface FlowSummary {
  readonly id: string;
  readonly name: string | null;
  readonly source: string | null;
  readonly entries: number;
  readonly errors: number;
  readonly warnings: number;
  /** Writers: the one that began the flow, and those that resumed it. */
  readonly branches: number;
  readonly lastStep: number | null;
  /** Times of its earliest and latest entry, in Unix ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** `ok`, `failed`, `abandoned`, or null while it has not ended. */
  readonly outcome: string | null;
  readonly durationMs: number | null;
  readonly sessionId: string | null;
  /** Null where no branch has two steps. */
  readonly slowest: SlowestStep | null;
}

/** What has become of a flow; `open` while it has not ended. */
export type FlowStatus = "open" | "ok" | "failed" | "abandoned";

/** `GET /api/flows`: the flow that moved last comes first. */
export interface FlowsAnswer {
  readonly flows: readonly FlowSummary[];
  /** The `before` of the next page; null where there is none. */
  readonly next: number | null;
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
  readonly userAgent: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Entries that the client accepted so far; null where it does not say. */
  readonly accepted: number | null;
  /** The highest sequence number heard of. */
  readonly lastSeq: number;
  /** Batches that arrived, each id once. */
  readonly batches: number;
  /** Entries that arrived, duplicates included. */
  readonly received: number;
  /** Of those, the ones that were here already. */
  readonly duplicates: number;
  /** Entries stored here, each sequence number once; those that retention has removed since are still counted. */
  readonly stored: number;
  /** Of those, the ones that retention has removed. */
  readonly expired: number;
  /** Entries that the client gave to beacons, whose answer nobody sees; null where it does not say. */
  readonly unconfirmed: number | null;
  /** Entries that came by beacons: they are here. */
  readonly confirmed: number;
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

/** One value and how many stored entries have it. */
export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** `GET /api/facets`: the values one can filter by, the most frequent first. */
export interface FacetsAnswer {
  readonly levels: Readonly<Record<string, number>>;
  readonly sources: readonly FacetCount[];
  readonly environments: readonly FacetCount[];
  readonly tags: readonly FacetCount[];
  readonly users: readonly FacetCount[];
  readonly sessions: readonly FacetCount[];
}

/** `GET /api/status`. */
export interface StatusAnswer {
  readonly version: string;
  /** Stored entries. */
  readonly entries: number;
  /** What they take in the file, indexes included. */
  readonly bytes: number;
  /** Bounds of retention; 0 where there is none. */
  readonly bytesMax: number;
  readonly ageMsMax: number;
  /** Entries that retention has removed so far. */
  readonly expired: number;
  /** When this process began, in Unix ms. */
  readonly startedAt: number;
  /** The id of the entry that arrived last. */
  readonly cursor: number;
  /** New entries per second, over the last ten seconds. */
  readonly ratePerSecond: number;
}
