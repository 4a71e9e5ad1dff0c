/**
 * Owns: `?format=…`: the parameters, and which reader takes the text.
 * Does not own: the formats (the modules beside this one); the bounds of an entry (../entry.ts).
 * Invariants: never throws, whatever the text; nothing is sniffed, the format is what the query says; what cannot be read is
 * named by its place, and the rest is taken.
 * Tested in: tests/collector/raw.test.ts.
 */
import { severityOf } from "../../levels.js";
import { BATCH_ENTRIES_MAX, FIELD } from "../../limits.js";
import type { Parts, Refusal } from "../body.js";
import { NO_HEADER } from "../header.js";
import { readCsv } from "./csv.js";
import { readJson, readJsonLines } from "./json.js";
import { readObl } from "./obl.js";
import { readSyslog } from "./syslog.js";
import { readText } from "./text.js";

/** What an entry is given where it does not say itself. */
export interface Defaults {
  readonly level: string;
  readonly source: string | undefined;
  readonly environment: string | undefined;
  readonly dataset: string | undefined;
}

/** One entry of a text, or a fault, and where it stands. */
export interface RawEntry {
  readonly entry: unknown;
  readonly path: readonly (string | number)[];
}

/** Reads a text to its end, or as far as is asked for. A refusal is of the text as a whole. */
export type RawReader = (text: string, defaults: Defaults) => Iterable<RawEntry> | Refusal;

const READERS: ReadonlyMap<string, RawReader> = new Map<string, RawReader>([
  ["json", readJson],
  ["jsonl", readJsonLines],
  ["syslog", readSyslog],
  ["text", readText],
  ["csv", readCsv],
  ["obl", readObl],
]);

const DEFAULTS = [
  ["source", FIELD.sourceChars],
  ["environment", FIELD.environmentChars],
  ["dataset", FIELD.datasetChars],
] as const;

/** Takes a raw text apart. */
export function readRaw(bytes: Uint8Array, query: URLSearchParams): Parts | Refusal {
  const reader = READERS.get(query.get("format") ?? "");
  if (reader === undefined) return { status: 400, error: `format is one of ${[...READERS.keys()].join(", ")}.` };
  for (const [name, max] of DEFAULTS) {
    const value = query.get(name);
    if (value !== null && (value === "" || value.length > max)) return { status: 400, error: `${name} must have 1 to ${max} characters.` };
  }
  const level = query.get("level") ?? "info";
  if (severityOf(level) === undefined) return { status: 400, error: "level is none of the six levels." };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { status: 400, error: "The body is not valid UTF-8." };
  }
  const name = (key: string): string | undefined => query.get(key) ?? undefined;
  const found = reader(text, { level, source: name("source"), environment: name("environment"), dataset: name("dataset") });
  return "error" in found ? found : collect(found);
}

function collect(found: Iterable<RawEntry>): Parts | Refusal {
  const entries: unknown[] = [];
  const paths: (readonly (string | number)[])[] = [];
  for (const { entry, path } of found) {
    if (entries.length === BATCH_ENTRIES_MAX) return { status: 413, error: `A text may hold at most ${BATCH_ENTRIES_MAX} entries.` };
    entries.push(entry);
    paths.push(path);
  }
  if (entries.length === 0) return { status: 400, error: "The text holds no entry." };
  return { header: NO_HEADER, entries, pathOf: (index) => paths[index] ?? [] };
}
