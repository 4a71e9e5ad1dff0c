/**
 * Owns: whether a request carries the key, in any of its three places: `X-API-Key`, `Authorization: Bearer`, `batch.key`.
 * Invariant: the comparison takes the same time wherever a wrong key differs.
 * Tested in: tests/collector/key.test.ts.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isMap } from "./fields.js";

/** Tells whether a request may be taken. */
export type KeyCheck = (headers: IncomingHttpHeaders, batch: unknown) => boolean;

/** A check against `key`; without one, every request may be taken. */
export function keyCheck(key: string | undefined): KeyCheck {
  if (key === undefined) return () => true;
  const wanted = digest(key);
  const isKey = (given: unknown): boolean => typeof given === "string" && timingSafeEqual(digest(given), wanted);
  return (headers, batch) =>
    isKey(headers["x-api-key"]) ||
    isKey(/^bearer +(.+)$/i.exec(headers.authorization ?? "")?.[1]) ||
    (isMap(batch) && Object.hasOwn(batch, "key") && isKey(batch["key"]));
}

/** Equal lengths for `timingSafeEqual`, whatever was given. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
