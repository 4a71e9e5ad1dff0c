/**
 * Owns: from the bytes of a request to its parts: which form they are in, the header, the list of entries.
 * Does not own: what an entry or a header must be (entry.ts, header.ts); reading the request (http/body.ts); raw formats (raw/).
 * Invariants: never throws, whatever the bytes; the first bytes are the truth, whatever the content type says.
 * Tested in: tests/collector/intake.test.ts, hostile.test.ts and frame.test.ts.
 */
import { BATCH_ENTRIES_MAX } from "../limits.js";
import { isMap } from "./fields.js";
import { NO_HEADER } from "./header.js";
import { inflated } from "./inflate.js";
import { decodeMsgpack, MsgpackError } from "./msgpack.js";

/** The parts of a body, not checked yet. */
export interface Parts {
  readonly header: unknown;
  /** An entry that could not even be read is a {@link Fault}. */
  readonly entries: readonly unknown[];
  /** Where entry `index` stands in what was sent. */
  readonly pathOf: (index: number) => readonly (string | number)[];
}

/** In the place of an entry: why it cannot be read. The message does not repeat what was sent. */
export class Fault {
  constructor(readonly message: string) {}
}

/** Why a body is refused as a whole. */
export interface Refusal {
  readonly status: 400 | 413 | 415;
  readonly error: string;
}

/** Takes the body apart. */
export function readParts(bytes: Uint8Array): Parts | Refusal {
  if (bytes.length === 0) return { status: 400, error: "The body is empty." };
  if (isFrame(bytes)) return readFrame(bytes);
  return readValue(bytes, isMsgpack(bytes[0] ?? 0) ? "MessagePack" : "JSON");
}

function isFrame(bytes: Uint8Array): boolean {
  const [s, a, p, one] = bytes;
  return s === 0x53 && a === 0x41 && p === 0x50 && one === 0x31;
}

/** Maps and arrays. A byte order mark begins with 0xEF and UTF-8 text with other bytes; 0xDC to 0xDF may begin a letter, but no JSON. */
function isMsgpack(first: number): boolean {
  return (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf);
}

/** A frame: `SAP1`, one byte of flags, the body. */
function readFrame(bytes: Uint8Array): Parts | Refusal {
  const flags = bytes[4];
  if (flags === undefined) return { status: 400, error: "The frame is cut off." };
  const form = flags & 3;
  const compression = (flags >> 2) & 3;
  if (form > 1 || compression > 1 || flags >> 4 !== 0) return { status: 400, error: "The frame has flags that this version does not know." };
  const body = compression === 1 ? inflated(bytes.subarray(5), "deflate") : bytes.subarray(5);
  return "error" in body ? body : readValue(body, form === 1 ? "MessagePack" : "JSON");
}

function readValue(bytes: Uint8Array, form: "JSON" | "MessagePack"): Parts | Refusal {
  try {
    const value: unknown = form === "MessagePack" ? decodeMsgpack(bytes) : JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return partsOf(value);
  } catch (error) {
    if (error instanceof MsgpackError) return { status: error.status, error: error.message };
    // Not the parser's own message: it quotes what was sent.
    return { status: 400, error: error instanceof SyntaxError ? "The body is not valid JSON." : "The body is not valid UTF-8." };
  }
}

/** The parts of a value in any of the four forms. */
export function partsOf(value: unknown): Parts | Refusal {
  if (Array.isArray(value)) return bounded({ header: NO_HEADER, entries: value, pathOf: (index) => [index] });
  if (!isMap(value)) return { status: 400, error: "The body is neither a batch nor a log entry." };
  const hasBatch = Object.hasOwn(value, "batch");
  if (!hasBatch && !Object.hasOwn(value, "logs")) return { header: NO_HEADER, entries: [value], pathOf: () => [] };
  const logs = value["logs"];
  if (!Array.isArray(logs)) return { status: 400, error: 'The body has no array "logs".' };
  return bounded({ header: hasBatch ? value["batch"] : NO_HEADER, entries: logs, pathOf: (index) => ["logs", index] });
}

/** Refuses too many entries. */
export function bounded(parts: Parts): Parts | Refusal {
  if (parts.entries.length <= BATCH_ENTRIES_MAX) return parts;
  return { status: 413, error: `A batch may hold at most ${BATCH_ENTRIES_MAX} entries.` };
}
