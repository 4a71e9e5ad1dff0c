/**
 * A request's body as the native protocol says it: JSON, or a frame of `SAP1`, a byte of flags, and a body that may be
 * compressed. By Node's zlib and by the MessagePack library, which know nothing of ours.
 */
import { inflateSync } from "node:zlib";
import { decode } from "@msgpack/msgpack";
import type { Body } from "./protocol.js";

const MAGIC = "SAP1";
const HEAD_BYTES = 5;

/** What the body of a request says. Throws for what is neither. */
export function decodeBody(bytes: Buffer): Body {
  if (!isFrame(bytes)) return JSON.parse(bytes.toString("utf8")) as Body;
  const flags = bytes[MAGIC.length] ?? 0xff;
  const [encoding, compression] = [flags & 0b11, (flags >> 2) & 0b11];
  if (flags >> 4 || encoding > 1 || compression > 1) throw new Error(`unknown flags of a frame: ${flags}`);
  const packed = bytes.subarray(HEAD_BYTES);
  const plain = compression === 1 ? inflateSync(packed) : packed;
  return (encoding === 1 ? decode(plain) : JSON.parse(plain.toString("utf8"))) as Body;
}

/** Whether a body is a frame. */
export const isFrame = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).toString("latin1") === MAGIC;
