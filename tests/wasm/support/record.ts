/**
 * The bytes that cross, written by `docs/boundary.md` and by nothing of the façade's: the core must understand the page, not
 * only our writer. Owns values, operations and the configuration record. Does not judge: a test may write nonsense.
 */
import { FIELDS, OP_DROP, OP_ENTRY, OP_RESOURCE, OP_SCOPE } from "../../../js/src/protocol.js";

/** What a field may hold. A number that is no short whole one crosses as text; `Decimal` says which. */
export type Value = null | boolean | number | string | Decimal | readonly Value[] | { readonly [key: string]: Value };

/** A number by its decimal text. */
export class Decimal {
  constructor(readonly text: string) {}
}

/** (field, value) pairs; a list where a field stands more than once. */
export type Pairs = { readonly [field: string]: Value } | readonly (readonly [field: string, value: Value])[];

/** One value. */
export function encode(value: Value): Buffer {
  if (value === null) return Buffer.of(0xc0);
  if (typeof value === "boolean") return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return string(Buffer.from(value));
  if (value instanceof Decimal) return Buffer.concat([Buffer.of(0xc7, value.text.length, 1), Buffer.from(value.text)]);
  if (isList(value)) return Buffer.concat([head(value.length, 0x90, 15, 0xdd), ...value.map(encode)]);
  const pairs = Object.entries(value);
  return Buffer.concat([head(pairs.length, 0x80, 15, 0xdf), ...pairs.flat().map(encode)]);
}

/** Operation 0. Everything but `seq` and its fields has a default. */
export function entry(seq: number, fields: Pairs = { message: `entry ${seq}` }, options: EntryOptions = {}): Buffer {
  const { severity = 9, timestamp = 1_763_640_000_000, scope = 0 } = options;
  return operation([OP_ENTRY, seq, severity, new Decimal(String(timestamp)), scope], fields);
}

export interface EntryOptions {
  severity?: number;
  timestamp?: number;
  scope?: number;
}

/** Operation 1. */
export function scope(fields: Pairs): Buffer {
  return operation([OP_SCOPE], fields);
}

/** Operation 2. */
export function drop(reason: number, count: number): Buffer {
  return operation([OP_DROP, reason, count]);
}

/** Operation 3. */
export function resource(text: string): Buffer {
  return operation([OP_RESOURCE, text]);
}

/** The configuration record, in the order of its values. */
export const DEFAULTS = {
  batchSize: 100,
  batchBytes: 49_152,
  flushInterval: 60_000,
  maxBufferBytes: 2_097_152,
  initialDelayMs: 10,
  maxDelayMs: 50,
  maxAgeMs: 3_600_000,
  maxRetries: null as number | null,
  timeoutMs: 10_000,
  compress: "auto" as boolean | "auto",
  rateLimit: 1000 as number | false,
  consent: 1,
  redact: true,
  crossOrigin: false,
  keepalive: true,
  blockable: false,
  apiKey: "",
  common: ',"source":"shop","environment":"test"',
  resource: ',"resource":{"source":"shop"}',
  redactKeys: [] as readonly string[],
};

export type RawConfig = typeof DEFAULTS;

/** The record of `config`. */
export function configuration(config: Partial<RawConfig> = {}): Buffer {
  return Buffer.concat(Object.values({ ...DEFAULTS, ...config }).map(encode));
}

function operation(values: readonly Value[], fields?: Pairs): Buffer {
  const pairs: readonly (readonly [string, Value])[] = fields ? (isList(fields) ? fields : Object.entries(fields)) : [];
  const count = fields ? [pairs.length] : [];
  return Buffer.concat([...values, ...count, ...pairs.flatMap(([name, value]) => [FIELDS.indexOf(name), value])].map(encode));
}

function number(value: number): Buffer {
  if (!Number.isInteger(value) || Object.is(value, -0) || value < 0 || value > 0xffff_ffff) return encode(new Decimal(String(value)));
  return value < 128 ? Buffer.of(value) : long(0xce, value);
}

function string(bytes: Buffer): Buffer {
  return Buffer.concat([head(bytes.length, 0xa0, 31, 0xdb), bytes]);
}

function head(length: number, short: number, shortMax: number, marker: number): Buffer {
  return length <= shortMax ? Buffer.of(short | length) : long(marker, length);
}

function long(marker: number, value: number): Buffer {
  const bytes = Buffer.alloc(5, marker);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

function isList<T>(value: T | readonly T[] | object): value is readonly T[] {
  return Array.isArray(value);
}
