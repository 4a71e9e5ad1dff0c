/** The native protocol as the tests see it on the wire: the parts of a request that they look at. */

/** The header of a batch. */
export interface Batch {
  id: string;
  instance: string;
  firstSeq: number;
  lastSeq: number;
  attempt: number;
  resource: Record<string, unknown>;
  dropped?: Record<string, number>;
  final?: "hide" | "close";
}

/** One log entry: what is always there, and whatever else was set. */
export interface Entry {
  seq: number;
  timestamp: number;
  level: string;
  message: string;
  data?: unknown;
  context?: Record<string, unknown>;
  tags?: string[];
  userId?: string;
  flowId?: string;
  stepIndex?: number;
  errorName?: string;
  errorStack?: string;
  [field: string]: unknown;
}

/** The body of a JSON request. */
export interface Body {
  batch: Batch;
  logs: Entry[];
}
