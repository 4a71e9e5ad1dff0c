/**
 * Time on the processor, as Linux tells it: what a process needed, whatever else the machine did meanwhile. Tests that are
 * about speed judge by it and print the time by the clock.
 */
import { readdirSync, readFileSync } from "node:fs";

/** The unit in which Linux counts it. */
const TICK_MS = 10;

/** The numbers of `/proc/…/stat` after the name; the third of all fields comes first. */
function fieldsOf(pid: string): number[] {
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?=[A-Za-z] )/);
  return rest.split(" ").map(Number);
}

/** What a running process has used, all its threads and the children that it has waited for, in ms. */
export function processorMs(pid: number | undefined): number {
  return usedBy(fieldsOf(String(pid)));
}

/** What the running processes of a process group have used together, in ms. */
export function groupProcessorMs(group: number): number {
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = fieldsOf(pid);
      if (fields[2] === group) sum += usedBy(fields);
    } catch {
      // It ended between the two looks.
    }
  }
  return sum;
}

function usedBy(fields: readonly number[]): number {
  return fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
}
