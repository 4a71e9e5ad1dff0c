/**
 * Owns: what the page remembers of its reader's choices, on this machine.
 * Invariant: a browser that keeps nothing is no error.
 * Tested in: tests/viewer/keyboard.test.ts.
 */
export type Choice = "theme" | "filters";

export function kept(name: Choice): string | null {
  try {
    return localStorage.getItem(`sapwood-${name}`);
  } catch {
    return null;
  }
}

export function keep(name: Choice, value: string): void {
  try {
    localStorage.setItem(`sapwood-${name}`, value);
  } catch {
    // The choice holds until the page is left.
  }
}
