/**
 * Owns: the sentence that says what became of all that a logger accepted: what is lost, what may be, what is still to come.
 * Pure functions of the account that the server keeps.
 * Tested in: tests/viewer/ledger.test.ts.
 */
import type { Ledger } from "../../api-types.js";
import { grouped, ranges } from "../ui/format.js";

/** Accounts that are looked at, the ones heard last; for the badge and the view alike, so that both say the same number. */
export const ACCOUNTS = 100;

/** `lost`: not here and never coming. `chosen`: left out because the app asked for it. `open`: not known yet. */
export type Tone = "good" | "lost" | "chosen" | "open";

export interface Finding {
  readonly tone: Tone;
  readonly text: string;
}

/** Drops that the app's own settings ask for: sampling, limits, filters, consent. */
const CHOSEN: ReadonlySet<string> = new Set(["sampled", "rate_limited", "before_send", "consent"]);

/** What there is to say, the worst first; one finding of tone `good` where nothing is. */
export function findingsOf(ledger: Ledger): Finding[] {
  const findings: Finding[] = [];
  if (ledger.missing > 0) {
    const where = ledger.gaps.length === 0 ? "" : ` (seq ${ranges(ledger.gaps)}${ledger.moreGaps ? " …" : ""})`;
    findings.push({ tone: "lost", text: `${grouped(ledger.missing)} missing${where}` });
  }
  const reasons = Object.entries(ledger.dropped).filter(([, count]) => count > 0);
  for (const tone of ["lost", "chosen"] as const) {
    const of = reasons.filter(([reason]) => CHOSEN.has(reason) === (tone === "chosen")).sort(([, a], [, b]) => b - a);
    const sum = of.reduce((total, [, count]) => total + count, 0);
    const list = of.length === 1 ? of[0]?.[0] : of.map(([reason, count]) => `${reason} ${grouped(count)}`).join(", ");
    if (sum > 0) findings.push({ tone, text: `${grouped(sum)} ${tone === "lost" ? "dropped" : "left out as configured"}: ${list}` });
  }
  const unseen = Math.max(0, (ledger.unconfirmed ?? 0) - ledger.confirmed);
  if (unseen > 0) findings.push({ tone: "open", text: `${grouped(unseen)} given to a beacon and not seen here` });
  if (ledger.waiting > 0) findings.push({ tone: "open", text: `${grouped(ledger.waiting)} not sent yet when last heard` });
  if (!findings.some(({ tone }) => tone === "lost")) {
    const sure = ledger.accepted === null ? "no gap seen (this logger does not say what it accepted)" : "nothing lost";
    findings.unshift({ tone: "good", text: sure });
  }
  return findings;
}

/** Entries of an account that are lost for good. */
export function lossOf(ledger: Ledger): number {
  const dropped = Object.entries(ledger.dropped).reduce((sum, [reason, count]) => (CHOSEN.has(reason) ? sum : sum + count), 0);
  return ledger.missing + dropped;
}

/** One sentence over all accounts. */
export function overall(ledgers: readonly Ledger[]): Finding {
  const losses = ledgers.filter((ledger) => lossOf(ledger) > 0);
  const sum = losses.reduce((total, ledger) => total + lossOf(ledger), 0);
  if (sum === 0) return { tone: "good", text: "Nothing lost." };
  return { tone: "lost", text: `${grouped(sum)} lost, of ${losses.length} of ${ledgers.length} ${ledgers.length === 1 ? "logger" : "loggers"}.` };
}

/** The last sign of life, as a verb. */
export function lifeOf({ final }: Ledger): string {
  if (final === "close") return "closed";
  return final === "hide" ? "page hidden or left" : "last heard";
}
