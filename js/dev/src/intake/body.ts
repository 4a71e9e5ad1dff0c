/**
 * Owns: from the bytes of a request to its parts: which form they are in, the header, the list of entries.
 * Does not own: what an entry or a header must be (entry.ts, header.ts); reading the request (http/body.ts).
 * Invariants: never throws, whatever the bytes; the first bytes are the truth, whatever the content type says.
 * Tested in: tests/collector/intake.test.ts and hostile.test.ts.
 */
import { BATCH_ENTRIES_MAX } from "../limits.js";
import { isMap } from "./fields.js";
import { NO_HEADER } from "./header.js";

/** The parts of a body, not checked yet. */
export interface Parts {
  readonly header: unknown;
  readonly entries: readonly unknown[];
  /** Where entry `index` stands in what was sent. */
  readonly pathOf: (index: number) => readonly (string | number)[];
}

/** Why a body is refused as a whole. */
export interface Refusal {
  readonly status: 400 | 413 | 415;
  readonly error: string;
}

/** Takes the body apart. */
export function readParts(bytes: Uint8Array): Parts | Refusal {
  if (bytes.length === 0) return { status: 400, error: "The body is empty." };
  const other = otherForm(bytes);
  if (other !== null) return { status: 415, error: `${other} is not taken by this version; send JSON.` };
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    // Not the parser's own message: it quotes what was sent.
    return { status: 400, error: error instanceof SyntaxError ? "The body is not valid JSON." : "The body is not valid UTF-8." };
  }
  return partsOf(value);
}

function partsOf(value: unknown): Parts | Refusal {
  if (Array.isArray(value)) return bounded({ header: NO_HEADER, entries: value, pathOf: (index) => [index] });
  if (!isMap(value)) return { status: 400, error: "The body is neither a batch nor a log entry." };
  const hasBatch = Object.hasOwn(value, "batch");
  if (!hasBatch && !Object.hasOwn(value, "logs")) return { header: NO_HEADER, entries: [value], pathOf: () => [] };
  const logs = value["logs"];
  if (!Array.isArray(logs)) return { status: 400, error: 'The body has no array "logs".' };
  return bounded({ header: hasBatch ? value["batch"] : NO_HEADER, entries: logs, pathOf: (index) => ["logs", index] });
}

function bounded(parts: Parts): Parts | Refusal {
  if (parts.entries.length <= BATCH_ENTRIES_MAX) return parts;
  return { status: 413, error: `A batch may hold at most ${BATCH_ENTRIES_MAX} entries.` };
}

/** The name of a form that JSON text cannot begin like: a frame, or a MessagePack map or array. */
function otherForm(bytes: Uint8Array): string | null {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (String.fromCharCode(a, b, c, d) === "SAP1") return "A frame";
  const isMessagePack = (a >= 0x80 && a <= 0x9f) || (a >= 0xdc && a <= 0xdf);
  // A byte order mark begins with 0xEF and UTF-8 text with other bytes; 0xDC to 0xDF may begin a letter, but no JSON.
  return isMessagePack ? "MessagePack" : null;
}
