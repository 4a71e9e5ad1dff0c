/**
 * The figures of this suite: one for each scenario and browser, printed, and handed on for `docs/delivery.md`.
 * Owns their shape. A figure is recorded before it is judged, so that a failure is in the record too.
 */
import { appendFileSync } from "node:fs";
import type { BrowserName } from "../support/browsers.js";

/** What became of the entries of one run. */
export interface Run {
  /** What the loggers say they took. */
  accepted: number;
  /** Different entries that the receiver has, told apart by the test's own mark and not by our ids. */
  arrived: number;
  /** Entries that the receiver keeps more than once. */
  twice: number;
  /** Entries that came a second time and were known by their ids. */
  again: number;
  /** Entries that a logger has counted as dropped, or still held when it was last asked; null where it was not asked. */
  counted: number | null;
}

/** Which part of the page a figure belongs to, in the order of the page. */
export type Topic = "exit" | "large" | "faults" | "offline" | "kill" | "tabs";

/** All runs of a scenario in one browser. */
export interface Figure {
  topic: Topic;
  scenario: string;
  browser: BrowserName;
  runs: Run[];
}

/** Prints a figure, and appends it to the file that `DELIVERY_FIGURES` names. */
export function record(figure: Figure): void {
  const { browser, scenario, runs } = figure;
  const list = (member: keyof Run) => runs.map((run) => run[member]).join(" ");
  const told = (["accepted", "arrived", "twice", "again", "counted"] as const).map((member) => `${member} ${list(member)}`);
  console.log(`${browser} · ${scenario}: ${told.join(" · ")}`);
  const file = process.env["DELIVERY_FIGURES"];
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** How often each scenario is run: `DELIVERY_RUNS`, or twice. */
export const RUNS = Number(process.env["DELIVERY_RUNS"] ?? 2);

/** Whether times are as long as they are meant, and not shortened: `DELIVERY_FULL`. */
export const FULL = process.env["DELIVERY_FULL"] !== undefined;
