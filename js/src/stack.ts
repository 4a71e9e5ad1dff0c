/**
 * How much stack is left: owns the question, not what is done about the answer.
 *
 * Invariant: it throws nothing itself. Tested in `tests/facade/stack.test.ts`.
 */

/** Calls inside of calls that a hand-over is sure to have room for. */
const FRAMES = 500;
const dive = (frames: number): number => frames && 1 + dive(frames - 1);

/** Is there stack for so many calls inside of calls? A hand-over that ran out of it in the middle could not be told from a trap. */
export function hasStack(frames = FRAMES): boolean {
  try {
    return dive(frames) > 0;
  } catch {
    return false;
  }
}
