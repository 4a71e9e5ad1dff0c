/**
 * What a store of the journal is called.
 *
 * Owns: whose records are kept apart. Does not own: the store (store.ts). Invariant: the name holds no key.
 * Tested in `tests/browser/keys.test.ts`.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The name for what is sent to `url` with `key`: what one app has left, another one of the same origin does not send with its own key.
 * The key is in it as 32 bits of FNV-1a, by which nobody can tell it.
 */
export function storeName(url: string, key: string | null | undefined): string {
  if (!key) return `sapwood ${url}`;
  let hash = FNV_OFFSET;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), FNV_PRIME);
  return `sapwood ${url}#${(hash >>> 0).toString(16)}`;
}
