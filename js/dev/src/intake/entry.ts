/**
 * Owns: what one log entry must be to be stored, and the columns taken from it.
 * Does not own: the batch around it (header.ts, body.ts) or the table (store/).
 * Invariants: never throws; the entry is kept whole, unknown fields included, in `json`; columns only repeat what is in it.
 * Tested in: tests/collector/limits.test.ts and hostile.test.ts.
 */
import { severityOf, LEVELS } from "../levels.js";
import { ENTRY_DEPTH_MAX, FIELD } from "../limits.js";
import { searchedText } from "./searched.js";
import { FieldReader, isDeeperThan, isMap, type Issue } from "./fields.js";

/** The columns of one entry; null where the client said nothing. */
export interface EntryRow {
  readonly seq: number | null;
  readonly timestamp: number | null;
  readonly level: string;
  readonly severity: number;
  readonly message: string;
  readonly source: string | null;
  readonly environment: string | null;
  readonly version: string | null;
  readonly dataset: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly flowId: string | null;
  readonly stepIndex: number | null;
  readonly flowName: string | null;
  readonly flowBranch: string | null;
  readonly flowOutcome: string | null;
  readonly flowDurationMs: number | null;
  readonly errorName: string | null;
  readonly tags: readonly string[];
  /** What a search looks at. */
  readonly text: string;
  /** The whole entry. */
  readonly json: string;
}

/** Checks one entry found at `path` of the body. */
export function readEntry(value: unknown, path: readonly (string | number)[]): EntryRow | readonly Issue[] {
  if (!isMap(value)) return [{ path, message: "must be an object" }];
  if (isDeeperThan(value, ENTRY_DEPTH_MAX)) return [{ path, message: `must not nest deeper than ${ENTRY_DEPTH_MAX}` }];
  const fields = new FieldReader(value, path);
  const { level, severity } = readLevel(fields);
  const message = readMessage(fields);
  const source = fields.text("source", FIELD.sourceChars, 1);
  const errorName = fields.text("errorName", FIELD.errorNameChars);
  const tags = fields.texts("tags", FIELD.tags, FIELD.tagChars);
  const flow = readFlow(fields, path);
  // One literal without `...`, which would make a slow object of it: this runs for every entry.
  const row: EntryRow = {
    seq: fields.integer("seq", 0, Number.MAX_SAFE_INTEGER),
    timestamp: whole(fields.number("timestamp", 0, FIELD.timestampMs)),
    level,
    severity,
    message,
    source,
    environment: fields.text("environment", FIELD.environmentChars, 1),
    version: fields.text("version", FIELD.versionChars),
    dataset: fields.text("dataset", FIELD.datasetChars),
    userId: fields.text("userId", FIELD.idChars),
    sessionId: fields.text("sessionId", FIELD.idChars),
    requestId: fields.text("requestId", FIELD.idChars),
    traceId: fields.text("traceId", FIELD.idChars),
    // Empty is absent: a logger that was given an empty id sends it as it is.
    flowId: fields.text("flowId", FIELD.flowIdChars) || null,
    stepIndex: fields.integer("stepIndex", 0, FIELD.stepIndex),
    flowName: flow.name,
    flowBranch: flow.branch,
    flowOutcome: flow.outcome,
    flowDurationMs: flow.durationMs,
    errorName,
    tags,
    text: searchedText({ message, errorName, source, flowName: flow.name }, tags, value),
    json: JSON.stringify(value),
  };
  fields.text("errorStack", FIELD.errorStackChars);
  fields.text("spanId", FIELD.idChars);
  return fields.issues.length > 0 ? fields.issues : row;
}

function readLevel(fields: FieldReader): Pick<EntryRow, "level" | "severity"> {
  const level = fields.raw("level");
  const severity = typeof level === "string" ? severityOf(level) : undefined;
  if (typeof level === "string" && severity !== undefined) return { level, severity };
  fields.fault("level", `must be one of ${LEVELS.join(", ")}`);
  return { level: "", severity: 0 };
}

function readMessage(fields: FieldReader): string {
  if (fields.raw("message") === undefined) fields.fault("message", "is missing");
  return fields.text("message", FIELD.messageChars, 1) ?? "";
}

interface Flow {
  readonly name: string | null;
  readonly branch: string | null;
  readonly outcome: string | null;
  readonly durationMs: number | null;
}

const NO_FLOW: Flow = { name: null, branch: null, outcome: null, durationMs: null };

function readFlow(fields: FieldReader, path: readonly (string | number)[]): Flow {
  const map = fields.map("flow");
  if (map === null) return NO_FLOW;
  const reader = new FieldReader(map, [...path, "flow"]);
  const flow: Flow = {
    name: reader.text("name", FIELD.flowNameChars),
    branch: reader.text("branch", FIELD.idChars),
    outcome: reader.text("outcome", FIELD.flowIdChars),
    durationMs: reader.number("durationMs", 0, FIELD.timestampMs),
  };
  fields.issues.push(...reader.issues);
  return flow;
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.floor(value);
}
