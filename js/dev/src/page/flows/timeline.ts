/**
 * Owns: the arithmetic of a flow's timeline: its lanes, the steps on them, the time between them, the axis.
 * Pure functions of what the read API answers; drawing is lanes.ts and flow.ts.
 * Tested in: tests/viewer/flows.test.ts.
 */
import type { StoredEntry } from "../../api-types.js";

/** One entry on the timeline. */
export interface Step {
  readonly entry: StoredEntry;
  /** Which lane it is on: 0 is the trunk; -1 for entries of the session that are not of the flow. */
  readonly lane: number;
  /** Since the flow's first entry, in ms. */
  readonly at: number;
  /** Since the step before it on its lane, in ms; null for the first. */
  readonly since: number | null;
}

/** One writer of the flow. */
export interface Lane {
  /** Null for the trunk. */
  readonly branch: string | null;
  readonly source: string | null;
  readonly steps: readonly Step[];
  /** When the step happened that this branch began at; null where that is not known. */
  readonly parentAt: number | null;
}

export interface Timeline {
  readonly lanes: readonly Lane[];
  /** Steps of all lanes and entries of the session, in the order of time. */
  readonly steps: readonly Step[];
  readonly startAt: number;
  /** The length of the axis, in ms; at least 1. */
  readonly length: number;
  /** The step with the longest time before it; null where no lane has two. */
  readonly slowest: Step | null;
}

/** Lays out a flow's entries, and those of its session around it. */
export function timelineOf(flowEntries: readonly StoredEntry[], around: readonly StoredEntry[]): Timeline {
  const startAt = Math.min(...flowEntries.map(({ timestamp }) => timestamp));
  const endAt = Math.max(...flowEntries.map(({ timestamp }) => timestamp));
  const byBranch = new Map<string | null, StoredEntry[]>();
  for (const entry of flowEntries) {
    const there = byBranch.get(entry.flowBranch);
    if (there) there.push(entry);
    else byBranch.set(entry.flowBranch, [entry]);
  }
  const trunk = byBranch.get(null) ?? [];
  const lanes = [...byBranch].sort(byTrunkAndStart).map(([branch, entries], lane): Lane => {
    const ordered = [...entries].sort(byStep);
    const steps = ordered.map((entry, index) => stepOf(entry, lane, startAt, ordered[index - 1]));
    const parent = branch === null ? undefined : trunk.find(({ stepIndex }) => stepIndex !== null && stepIndex === parentStep(ordered[0]));
    return { branch, source: ordered[0]?.source ?? null, steps, parentAt: parent === undefined ? null : parent.timestamp - startAt };
  });
  const ids = new Set(flowEntries.map(({ id }) => id));
  const others = around.filter(({ id }) => !ids.has(id)).map((entry): Step => ({ entry, lane: -1, at: entry.timestamp - startAt, since: null }));
  const own = lanes.flatMap(({ steps }) => steps);
  const slowest = own.reduce<Step | null>((found, step) => ((step.since ?? -1) > (found?.since ?? -1) ? step : found), null);
  const steps = [...own, ...others].sort((a, b) => a.at - b.at || a.lane - b.lane || (a.entry.stepIndex ?? 0) - (b.entry.stepIndex ?? 0) || a.entry.id - b.entry.id);
  return { lanes, steps, startAt, length: Math.max(1, endAt - startAt), slowest };
}

function stepOf(entry: StoredEntry, lane: number, startAt: number, before: StoredEntry | undefined): Step {
  return { entry, lane, at: entry.timestamp - startAt, since: before === undefined ? null : Math.max(0, entry.timestamp - before.timestamp) };
}

function byTrunkAndStart([a, entriesA]: readonly [string | null, StoredEntry[]], [b, entriesB]: readonly [string | null, StoredEntry[]]): number {
  if (a === null || b === null) return a === null ? -1 : 1;
  return (entriesA[0]?.timestamp ?? 0) - (entriesB[0]?.timestamp ?? 0);
}

function byStep(a: StoredEntry, b: StoredEntry): number {
  return (a.stepIndex ?? Infinity) - (b.stepIndex ?? Infinity) || a.timestamp - b.timestamp || a.id - b.id;
}

function parentStep(entry: StoredEntry | undefined): number | null {
  const flow = entry?.entry?.["flow"];
  if (typeof flow !== "object" || flow === null || !("parentStep" in flow)) return null;
  return typeof flow.parentStep === "number" ? flow.parentStep : null;
}

/** Where a time stands on the axis, in percent of it, never outside. */
export function percent(at: number, length: number): number {
  return Math.max(0, Math.min(100, (at / length) * 100));
}

/** Round times for an axis of a length: three to seven, the first is 0. */
export function ticks(length: number): number[] {
  const raw = length / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  const found: number[] = [];
  for (let at = 0; at <= length && found.length < 8; at += step) found.push(at);
  return found;
}
