/** The core's side of the boundary, for tests: how what crosses is decoded and put together (docs/boundary.md). */

import { ExtensionCodec } from "@msgpack/msgpack";
import { FIELDS } from "../../../js/src/protocol.js";

export interface Received {
  seq: number;
  severity: number;
  timestamp: number;
  /** By field name: what the scope and the entry come to, as the core would see it. */
  fields: Record<string, unknown>;
}

export type Pairs = Map<string, unknown>;

export const CONFIG = [
  ..."batchSize batchBytes flushInterval maxBufferBytes initialDelayMs maxDelayMs maxAgeMs maxRetries timeoutMs compress rateLimit".split(" "),
  ..."consent redact crossOrigin keepalive blockable key common resource redactKeys".split(" "),
];

export function deepMerge(left: unknown, right: unknown): unknown {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(left) || !isMap(right)) return right;
  const merged: Record<string, unknown> = { ...left };
  for (const [key, value] of Object.entries(right)) merged[key] = key in left ? deepMerge(left[key], value) : value;
  return merged;
}

/** Sets a field as the core does: context merged, of `truncated` the union, of other fields the last value, `nil` takes away. */
export function set(fields: Pairs, name: string, value: unknown): void {
  const standing = fields.get(name);
  if (name === "context" && standing) fields.set(name, deepMerge(standing, value));
  // A bit for each field.
  else if (name === "truncated") {
    const cut = FIELDS.filter((_, field) => (value as number) & (1 << field));
    fields.set(name, [...new Set([...((standing as string[] | undefined) ?? []), ...cut])]);
  }
  else if (value === null && name !== "data") fields.delete(name);
  else fields.set(name, value);
}

/** Numbers that are not small and whole cross as their decimal text (docs/boundary.md). */
const extensionCodec = new ExtensionCodec();
extensionCodec.register({ type: 1, encode: () => null, decode: (data) => Number(Buffer.from(data).toString("latin1")) });
export const DECODING = { extensionCodec };
