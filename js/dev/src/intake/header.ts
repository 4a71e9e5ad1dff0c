/**
 * Owns: what the `batch` map of a body must be, and what is kept of it.
 * Does not own: the key's comparison (key.ts) or the entries (entry.ts).
 * Invariants: never throws; the key is in nothing that this returns; a faulty header refuses the whole batch, because
 * entries whose identity is uncertain could neither be told from duplicates nor accounted for.
 * Tested in: tests/collector/header.test.ts.
 */
import { DROP_REASONS_MAX, ENTRY_DEPTH_MAX, FIELD, HEADER_BYTES_MAX } from "../limits.js";
import { FieldReader, isDeeperThan, isMap, type Fields, type Issue } from "./fields.js";

/** What is kept of a batch's header; null where the client said nothing. */
export interface BatchHeader {
  readonly id: string | null;
  readonly instance: string | null;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  readonly sentAt: number | null;
  readonly attempt: number | null;
  /** Entries accepted by the logger instance so far, those it still holds included. */
  readonly accepted: number | null;
  /** Entries that beacons took so far: the client sees no answer to those. */
  readonly unconfirmed: number | null;
  readonly final: string | null;
  readonly core: string | null;
  readonly source: string | null;
  readonly environment: string | null;
  readonly version: string | null;
  /** Drop reason → count since the instance began. */
  readonly dropped: ReadonlyMap<string, number>;
  readonly sdkJson: string | null;
  readonly resourceJson: string | null;
  /** The whole header, without the key. */
  readonly json: string;
}

const MAX = Number.MAX_SAFE_INTEGER;

/** The header of a body that has none: nothing is known, so its entries are always new. */
export const NO_HEADER: Fields = {};

/** Checks the header found at `batch` of the body. */
export function readHeader(value: unknown): BatchHeader | readonly Issue[] {
  if (!isMap(value)) return [{ path: ["batch"], message: "must be an object" }];
  if (isDeeperThan(value, ENTRY_DEPTH_MAX)) return [{ path: ["batch"], message: `must not nest deeper than ${ENTRY_DEPTH_MAX}` }];
  const json = jsonWithoutKey(value);
  if (Buffer.byteLength(json) > HEADER_BYTES_MAX) return [{ path: ["batch"], message: `must have at most ${HEADER_BYTES_MAX} bytes as JSON` }];
  const fields = new FieldReader(value, ["batch"]);
  const resourceMap = fields.map("resource");
  const resource = new FieldReader(resourceMap ?? {}, ["batch", "resource"]);
  const sdk = fields.map("sdk");
  const header = {
    id: fields.identifier("id", FIELD.idChars),
    instance: fields.identifier("instance", FIELD.idChars),
    firstSeq: fields.integer("firstSeq", 0, MAX),
    lastSeq: fields.integer("lastSeq", 0, MAX),
    sentAt: fields.integer("sentAt", 0, FIELD.timestampMs),
    attempt: fields.integer("attempt", 0, MAX),
    accepted: fields.integer("accepted", 0, MAX),
    unconfirmed: fields.integer("unconfirmed", 0, MAX),
    final: fields.text("final", FIELD.idChars),
    core: fields.text("core", FIELD.idChars),
    source: resource.text("source", FIELD.sourceChars, 1),
    environment: resource.text("environment", FIELD.environmentChars, 1),
    version: resource.text("version", FIELD.versionChars),
    dropped: readDropped(fields),
    sdkJson: sdk && JSON.stringify(sdk),
    resourceJson: resourceMap && JSON.stringify(resourceMap),
  };
  const issues = [...fields.issues, ...resource.issues];
  return issues.length > 0 ? issues : { ...header, json };
}

function readDropped(fields: FieldReader): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const map = fields.map("dropped");
  for (const [reason, count] of Object.entries(map ?? {})) {
    const known = /^[a-z_]{1,50}$/.test(reason) && Number.isSafeInteger(count) && (count as number) >= 0;
    if (!known || counts.size === DROP_REASONS_MAX) {
      fields.fault("dropped", `must map at most ${DROP_REASONS_MAX} reasons (lower-case words) to whole numbers`);
      break;
    }
    counts.set(reason, count as number);
  }
  return counts;
}

function jsonWithoutKey(header: Fields): string {
  const { key: _, ...rest } = header;
  return JSON.stringify(rest);
}
