/**
 * The keys of records in the journal's store.
 *
 * Owns: what a key says, and by it which records of dead pages are given up. Does not own: the store (store.ts), who is dead.
 * Invariant: what dead pages have left is bounded, whether any of it is ever sent or not. Tested in `tests/browser/store.test.ts`.
 */

/** When it was written, in Unix ms, its bytes, and its id: keys are in the order of age. */
export type Key = [at: number, bytes: number, id: ArrayBuffer];

/** So many records, and so many bytes, may dead pages have left: as many as one page may read, and twice what one may keep. */
const [RECORDS_MAX, BYTES_MAX] = [256, 16 * 1024 * 1024];
/** What is older is given up, in ms: seven days. By more than a year no record is too old, but a clock was wrong. */
const [AGE_MS, JUMP_MS] = [7 * 86_400_000, 365 * 86_400_000];

export const hex = (bytes: ArrayBuffer | Uint8Array): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Without locks some of these pages may live, each with twice as many. */
const UNLOCKED = 4;

/** Which of these records, the oldest first, are to be given up: 1, or else 0. `locked`: their pages are dead for sure. */
export function spent(keys: Key[], locked: boolean): number[] {
  const times = locked ? 1 : UNLOCKED;
  let count = keys.length;
  let bytes = keys.reduce((sum, key) => sum + key[1], 0);
  return keys.map(([at, size]) => {
    const age = Date.now() - at;
    const gone = count > RECORDS_MAX * times || bytes > BYTES_MAX * times || (age > AGE_MS && age < JUMP_MS);
    if (gone) {
      count -= 1;
      bytes -= size;
    }
    return +gone;
  });
}
