/**
 * Owns: amounts as people write them on the command line: bytes and spans of time.
 * Tested in: tests/collector/cli-args.test.ts.
 */

const BYTES: Readonly<Record<string, number>> = { "": 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 };
const MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Bytes, or undefined where the text means nothing.
 *
 * @example bytesIn("512MB") // 512_000_000
 */
export function bytesIn(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?) ?([KMGT]?I?B)?$/i.exec(text) ?? [];
  const factor = BYTES[unit.toUpperCase()];
  return digits === "" || factor === undefined ? undefined : whole(Number(digits) * factor);
}

/**
 * Milliseconds, or undefined where the text means nothing; only 0 needs no unit.
 *
 * @example ageIn("7d") // 604_800_000
 */
export function ageIn(text: string): number | undefined {
  if (text === "0") return 0;
  const [, digits = "", unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])$/.exec(text) ?? [];
  const factor = MS[unit];
  return digits === "" || factor === undefined ? undefined : whole(Number(digits) * factor);
}

function whole(value: number): number | undefined {
  return value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : undefined;
}
