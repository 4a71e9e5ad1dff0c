/**
 * The ids of flows. Owns: their form and lengths. Does not own: flows (logger.ts). Tested in `tests/facade/flow.test.ts`.
 */

/** So much of a name is kept: with `-` and eight characters it fits the id. */
export const NAME_MAX = 41;
/** A flow id is no longer on the wire. */
export const ID_MAX = 50;

/** `{name}-{8 random characters}`. Without a cryptographic source `Math.random` must do: an id is no secret. */
export function flowId(name: string): string {
  // Of 32 bits, so that the remainders are equally likely but for one in a hundred million.
  const words = new Uint32Array(8);
  globalThis.crypto?.getRandomValues(words);
  return `${name}-${Array.from(words, (word) => Math.floor((word || Math.random() * 36) % 36).toString(36)).join("")}`;
}
