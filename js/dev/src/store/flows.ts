/**
 * Owns: reading flows: the list, one with its entries, and what is worked out from the steps (branches, the slowest step).
 * Why it remembers: the page asks for the list whenever a flow moves; the steps of those that did not move since are not
 * looked at again.
 * Invariants: every query has a LIMIT; what is remembered is bounded and belongs to a state of the flow.
 * Tested in: tests/collector/flows.test.ts.
 */
import type { FlowAnswer, FlowStatus, FlowsAnswer, FlowSummary, SlowestStep } from "../api-types.js";
import { FLOW_ENTRIES_MAX, FLOWS_REMEMBERED_MAX } from "../limits.js";
import type { Database, Parameter } from "./database.js";
import { LISTED, parsed, type Row } from "./queries.js";

/** Which flows are wanted. */
export interface FlowPage {
  readonly limit: number;
  readonly before?: number | undefined;
  readonly status?: FlowStatus | undefined;
  /** Part of the id or the name; ASCII letters match in either case. */
  readonly q?: string | undefined;
  readonly source?: string | undefined;
}

type SummaryRow = Omit<FlowSummary, "branches" | "slowest"> & { readonly lastEntry: number };

interface Steps {
  readonly state: string;
  readonly branches: number;
  readonly slowest: SlowestStep | null;
}

const SUMMARY = `id, name, source, entries, errors, warnings, last_step AS lastStep, first_at AS firstAt, last_at AS lastAt, outcome,
  duration_ms AS durationMs, session_id AS sessionId, last_entry AS lastEntry`;
const remembered = new WeakMap<Database, Map<string, Steps>>();

/** The flows that moved last. */
export function listFlows(db: Database, page: FlowPage): FlowsAnswer {
  const conditions = ["1"];
  const parameters: Parameter[] = [];
  const where = (condition: string, ...values: Parameter[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (page.before !== undefined) where("last_entry < ?", page.before);
  if (page.status === "open") where("outcome IS NULL");
  else if (page.status !== undefined) where("outcome = ?", page.status);
  if (page.source !== undefined) where("source = ?", page.source);
  if (page.q !== undefined) {
    const pattern = `%${page.q.replace(/[\\%_]/g, "\\$&")}%`;
    where("(id LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\')", pattern, pattern);
  }
  const sql = `SELECT ${SUMMARY} FROM flows WHERE ${conditions.join(" AND ")} ORDER BY last_entry DESC LIMIT ?`;
  const rows = db.all<SummaryRow>(sql, [...parameters, page.limit + 1]);
  const listed = rows.slice(0, page.limit);
  return { flows: listed.map((row) => summaryOf(db, row)), next: rows.length > page.limit ? (listed.at(-1)?.lastEntry ?? null) : null };
}

/** One flow with its entries, or `undefined`. The branch that began the flow comes first. */
export function findFlow(db: Database, id: string): FlowAnswer | undefined {
  const flow = db.first<SummaryRow>(`SELECT ${SUMMARY} FROM flows WHERE id = ?`, [id]);
  if (flow === undefined) return undefined;
  const rows = db.all<Row>(
    `SELECT ${LISTED} FROM entries e WHERE flow_id = ?
     ORDER BY flow_branch IS NOT NULL, flow_branch, step_index, instance, seq, id LIMIT ?`,
    [id, FLOW_ENTRIES_MAX + 1],
  );
  return { flow: summaryOf(db, flow), entries: rows.slice(0, FLOW_ENTRIES_MAX).map(parsed), more: rows.length > FLOW_ENTRIES_MAX };
}

function summaryOf(db: Database, { lastEntry, ...row }: SummaryRow): FlowSummary {
  const { branches, slowest } = stepsOf(db, row.id, `${lastEntry} ${row.entries}`);
  return { ...row, branches, slowest };
}

function stepsOf(db: Database, id: string, state: string): Steps {
  const known = remembered.get(db) ?? new Map<string, Steps>();
  remembered.set(db, known);
  const before = known.get(id);
  if (before?.state === state) return before;
  const steps = { state, ...readSteps(db, id) };
  known.delete(id);
  known.set(id, steps);
  for (const oldest of known.keys()) {
    if (known.size <= FLOWS_REMEMBERED_MAX) break;
    known.delete(oldest);
  }
  return steps;
}

interface Step {
  readonly branch: string | null;
  readonly step: number | null;
  readonly at: number;
}

// In the order of the index, so that no entry is read.
const STEPS = `SELECT flow_branch AS branch, step_index AS step, timestamp AS at FROM entries WHERE flow_id = ?
  ORDER BY flow_branch, step_index, timestamp LIMIT ?`;

function readSteps(db: Database, id: string): Omit<Steps, "state"> {
  let branches = 0;
  let slowest: SlowestStep | null = null;
  let previous: Step | undefined;
  for (const step of db.all<Step>(STEPS, [id, FLOW_ENTRIES_MAX])) {
    if (previous === undefined || previous.branch !== step.branch) branches += 1;
    else if (previous.step !== null && step.step !== null) {
      const ms = step.at - previous.at;
      if (ms > (slowest?.ms ?? -1)) slowest = { from: previous.step, to: step.step, ms };
    }
    previous = step;
  }
  return { branches, slowest };
}
