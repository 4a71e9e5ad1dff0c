/**
 * What a flow is called and how it travels: ids, and its place as text.
 *
 * Owns: the form of ids, of branches and of the text, their lengths; the reading of what comes from elsewhere. Does not own: flows
 * (logger.ts).
 * Invariants: what is read is untrusted: it is bounded, and where it cannot be read a flow of its own begins; nothing throws.
 * Tested in `tests/facade/flow.test.ts` and `resume.test.ts`.
 */

import { STEP_MAX } from "./fields.js";
import { text, tidy } from "./safe.js";

/** So much of a name is kept: with `-` and eight characters it fits the id. */
export const NAME_MAX = 41;
/** A flow id is no longer on the wire. */
export const ID_MAX = 50;
/** The header in which a flow travels. */
export const HEADER = "x-sapwood-flow";
/** So long a branch may be: eight of them, one in the other. */
const BRANCH_MAX = 90;
/** So much of a text is looked at: each character of name and id takes up to nine. */
const TEXT_MAX = 2000;
/** A flow that claims to have begun longer ago, in ms, began now: somebody's clock is wrong, or it is not meant well. */
const AGE_MAX_MS = 2_592_000_000;

/** Where a flow stands: id, name, next step, start, branch. */
export type Place = readonly [id: string, name: string, step: number, start: number, branch: string | undefined];

function random(length: number): string {
  // Of 32 bits, so that the remainders are equally likely but for one in a hundred million.
  const words = new Uint32Array(length);
  try {
    crypto.getRandomValues(words);
  } catch {
    // There is none, or not here: Workers refuse it outside of a request.
  }
  return Array.from(words, (word) => Math.floor((word || Math.random() * 36) % 36).toString(36)).join("");
}

/** `{name}-{8 random characters}`. Without a cryptographic source `Math.random` must do: an id is no secret. */
export function flowId(name: string): string {
  return `${name}-${random(8)}`;
}

/** A flow that begins. */
export function begin(name: unknown, id?: unknown): Place {
  const label = tidy(text(name ?? ""), NAME_MAX) || "flow";
  return [(typeof id === "string" && tidy(id, ID_MAX)) || flowId(label), label, 0, Date.now(), undefined];
}

/**
 * The same flow, for another writer. Sorted as text, a branch stands behind the one that it left, and in the order of the steps
 * at which they did.
 */
export function branchOf([id, name, step, start, branch = ""]: Place): Place {
  return [id, name, 0, start, tidy(branch + String(step).padStart(4, "0") + random(6), BRANCH_MAX)];
}

/** The place in a text; or in the header of a request, of `Headers`, of an object of headers. */
export function placeOf(from: unknown): Place | undefined {
  try {
    const headers = ((from as Request).headers ?? from) as Headers & Record<string, string>;
    const place = typeof from === "string" ? from : (headers.get?.(HEADER) ?? headers[HEADER]!);
    const [id, name, step, start, branch] = tidy(place, TEXT_MAX).split(";").map(decodeURIComponent) as Texts;
    const now = Date.now();
    const began = now - +start < AGE_MAX_MS ? Math.min(Math.trunc(+start), now) : now;
    if (id) return [tidy(id, ID_MAX), tidy(name, NAME_MAX), Math.min(+step >>> 0, STEP_MAX), began, tidy(branch, BRANCH_MAX) || undefined];
  } catch {
    // Not ours, or not whole.
  }
  return undefined;
}

type Texts = [string, string, string, string, string];
