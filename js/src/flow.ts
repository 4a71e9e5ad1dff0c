/**
 * The ids of flows. Owns: their form and lengths. Does not own: flows (logger.ts). Tested in `tests/facade/flow.test.ts`.
 */

/** So much of a name is kept: with `-` and eight characters it fits the id. */
export const NAME_MAX = 41;
/** A flow id is no longer on the wire. */
export const ID_MAX = 50;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** `{name}-{8 random characters}`. Without a cryptographic source `Math.random` must do: an id is no secret. */
export function flowId(name: string): string {
  const bytes = new Uint8Array(32);
  let tail = "";
  while (tail.length < 8) {
    if (globalThis.crypto) crypto.getRandomValues(bytes);
    else bytes.forEach((_, i) => (bytes[i] = Math.random() * 256));
    // 252 is the largest multiple of 36 in a byte: below it every character is equally likely.
    for (const byte of bytes) if (byte < 252) tail += ALPHABET[byte % 36];
  }
  return `${name}-${tail.slice(0, 8)}`;
}
