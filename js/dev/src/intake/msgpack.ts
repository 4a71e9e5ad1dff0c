/**
 * Owns: MessagePack into the values that JSON would give.
 * Why not a library: `@msgpack/msgpack` refuses a whole body for one key named `__proto__`, which JSON takes, and makes room
 * for as many elements as five bytes claim; `msgpackr` compiles code from what it is sent.
 * Invariants: throws nothing but {@link MsgpackError}; memory grows with the bytes that are there, never with a claimed
 * length; depth and number of values are bounded; every key becomes the object's own, `__proto__` too.
 * Tested in: tests/collector/msgpack.test.ts, against `@msgpack/msgpack`.
 */
import { isUtf8 } from "node:buffer";
import { MSGPACK_DEPTH_MAX, MSGPACK_VALUES_MAX } from "../limits.js";

/** The bytes are not MessagePack that can be taken; the message is a sentence. */
export class MsgpackError extends Error {
  override readonly name = "MsgpackError";

  constructor(
    message: string,
    /** 413 where a smaller batch could be taken. */
    readonly status: 400 | 413 = 400,
  ) {
    super(message);
  }
}

/** Decodes one value that fills the bytes. Binary becomes base64 text; times become ISO 8601; NaN and infinities their names. */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  const decoder = new Decoder(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const value = decoder.value(0);
  if (!decoder.isAtEnd) throw new MsgpackError("The MessagePack value is followed by other bytes.");
  return value;
}

/** The extension in which a number is its decimal text, as the client's core keeps numbers. */
const NUMBER_TEXT = 1;
const NUMBER_CHARS_MAX = 100;
const TIMESTAMP = -1;

class Decoder {
  #at = 0;
  #values = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  value(depth: number): unknown {
    if (++this.#values > MSGPACK_VALUES_MAX) throw new MsgpackError(`A body may hold at most ${MSGPACK_VALUES_MAX} values.`, 413);
    const byte = this.bytes[this.#take(1)] ?? 0;
    if (byte < 0x80) return byte;
    if (byte < 0x90) return this.#map(byte & 0x0f, depth);
    if (byte < 0xa0) return this.#array(byte & 0x0f, depth);
    if (byte < 0xc0) return this.#text(byte & 0x1f);
    if (byte >= 0xe0) return byte - 0x100;
    if (byte >= 0xc4 && byte <= 0xc6) return this.bytes.toString("base64", this.#take(this.#length(byte - 0xc4)), this.#at);
    if (byte >= 0xc7 && byte <= 0xc9) return this.#extension(this.#length(byte - 0xc7));
    if (byte >= 0xd4 && byte <= 0xd8) return this.#extension(1 << (byte - 0xd4));
    if (byte >= 0xd9 && byte <= 0xdb) return this.#text(this.#length(byte - 0xd9));
    if (byte >= 0xdc && byte <= 0xdd) return this.#array(this.#length(byte - 0xdc + 1), depth);
    if (byte >= 0xde) return this.#map(this.#length(byte - 0xde + 1), depth);
    return this.#scalar(byte);
  }

  #scalar(byte: number): unknown {
    const { bytes } = this;
    switch (byte) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return byte === 0xc3;
      case 0xca:
        return finite(bytes.readFloatBE(this.#take(4)));
      case 0xcb:
        return finite(bytes.readDoubleBE(this.#take(8)));
      case 0xcc:
        return bytes.readUInt8(this.#take(1));
      case 0xcd:
        return bytes.readUInt16BE(this.#take(2));
      case 0xce:
        return bytes.readUInt32BE(this.#take(4));
      case 0xcf:
        // As in JSON: past 2^53 the nearest number.
        return Number(bytes.readBigUInt64BE(this.#take(8)));
      case 0xd0:
        return bytes.readInt8(this.#take(1));
      case 0xd1:
        return bytes.readInt16BE(this.#take(2));
      case 0xd2:
        return bytes.readInt32BE(this.#take(4));
      case 0xd3:
        return Number(bytes.readBigInt64BE(this.#take(8)));
      default:
        throw new MsgpackError("The body is not valid MessagePack.");
    }
  }

  /** A length of 1, 2 or 4 bytes. */
  #length(size: number): number {
    if (size === 0) return this.bytes.readUInt8(this.#take(1));
    return size === 1 ? this.bytes.readUInt16BE(this.#take(2)) : this.bytes.readUInt32BE(this.#take(4));
  }

  /** Passes over so many bytes, which must be there; returns where they begin. */
  #take(count: number): number {
    const at = this.#at;
    if (count > this.bytes.length - at) throw new MsgpackError("The MessagePack value is cut off.");
    this.#at = at + count;
    return at;
  }

  #text(length: number): string {
    const at = this.#take(length);
    const text = this.bytes.toString("utf8", at, this.#at);
    if (text.includes("\ufffd") && !isUtf8(this.bytes.subarray(at, this.#at))) throw new MsgpackError("The body is not valid UTF-8.");
    return text;
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, depth);
    const values: unknown[] = [];
    for (let n = 0; n < length; n += 1) values.push(this.value(depth + 1));
    return values;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#enter(2 * length, depth);
    const map: Record<string, unknown> = {};
    for (let n = 0; n < length; n += 1) {
      const key = this.value(MSGPACK_DEPTH_MAX);
      if (typeof key !== "string" && typeof key !== "number") throw new MsgpackError("A key of a MessagePack map is neither text nor a number.");
      const value = this.value(depth + 1);
      if (key === "__proto__") Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
      else map[key] = value;
    }
    return map;
  }

  /** Every element takes a byte at least, so a length that cannot be true is seen before the first one. */
  #enter(elements: number, depth: number): void {
    if (depth >= MSGPACK_DEPTH_MAX) throw new MsgpackError(`The body nests deeper than ${MSGPACK_DEPTH_MAX}.`);
    if (elements > this.bytes.length - this.#at) throw new MsgpackError("The MessagePack value is cut off.");
  }

  #extension(length: number): unknown {
    const type = this.bytes.readInt8(this.#take(1));
    const at = this.#take(length);
    const data = this.bytes.subarray(at, this.#at);
    if (type === TIMESTAMP) {
      const time = timeOf(data);
      if (time !== null) return time;
    }
    if (type === NUMBER_TEXT && length <= NUMBER_CHARS_MAX) {
      const text = data.toString("latin1");
      if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return finite(Number(text));
    }
    return { type, data: data.toString("base64") };
  }
}

/** JSON knows no other numbers; these are written as the client writes them. */
function finite(number: number): number | string {
  return Number.isFinite(number) ? number : String(number);
}

/** The timestamp extension of 4, 8 or 12 bytes as ISO 8601; null where it is none that a date can hold. */
function timeOf(data: Buffer): string | null {
  let seconds: number;
  let nanoseconds = 0;
  if (data.length === 4) {
    seconds = data.readUInt32BE(0);
  } else if (data.length === 8) {
    nanoseconds = data.readUInt32BE(0) >>> 2;
    seconds = (data.readUInt32BE(0) & 3) * 2 ** 32 + data.readUInt32BE(4);
  } else if (data.length === 12) {
    nanoseconds = data.readUInt32BE(0);
    seconds = Number(data.readBigInt64BE(4));
  } else {
    return null;
  }
  const date = new Date(seconds * 1_000 + Math.floor(nanoseconds / 1e6));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
