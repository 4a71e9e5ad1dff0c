/**
 * Owns: decompression of untrusted bytes.
 * Invariants: never more than `BODY_BYTES_MAX` bytes come out, however small what went in: past that it stops and answers as
 * to a body of that size; a stream that is cut, spoilt or followed by other bytes is refused.
 * Tested in: tests/collector/frame.test.ts.
 */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { BODY_BYTES_MAX } from "../limits.js";
import type { Refusal } from "./body.js";

/** `deflate` is what HTTP calls a zlib stream (RFC 1950). */
export type Compression = "gzip" | "deflate" | "br";

// With `info` they also say how far they read; the types do not know it.
type Inflate = (bytes: Uint8Array, options: object) => unknown;
const INFLATE: Readonly<Record<Compression, Inflate>> = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

/** The bytes as they were. */
export function inflated(bytes: Uint8Array, compression: Compression): Uint8Array | Refusal {
  try {
    const { buffer, engine } = INFLATE[compression](bytes, { maxOutputLength: BODY_BYTES_MAX, info: true }) as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    if (engine.bytesWritten < bytes.length) return { status: 400, error: "The compressed body is followed by other bytes." };
    return buffer;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      return { status: 413, error: `A body may hold at most ${BODY_BYTES_MAX} bytes once it is decompressed.` };
    }
    return { status: 400, error: "The compressed body is cut off or spoilt." };
  }
}
