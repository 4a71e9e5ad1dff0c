/**
 * Owns: light and dark: what the system says, until the reader chooses; the choice is remembered.
 * Tested in: tests/viewer/keyboard.test.ts.
 */
import { keep, kept } from "../data/kept.js";
import { label, setText } from "../ui/dom.js";

type Theme = "auto" | "light" | "dark";

const NEXT: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const SIGN: Readonly<Record<Theme, string>> = { auto: "◐", light: "☀", dark: "☾" };

/** Applies the remembered theme and lets the button change it. Returns what changes it. */
export function startTheme(button: HTMLButtonElement): () => void {
  const remembered = kept("theme");
  let theme: Theme = remembered === "light" || remembered === "dark" ? remembered : "auto";
  const apply = (): void => {
    document.documentElement.dataset["theme"] = theme;
    setText(button, SIGN[theme]);
    label(button, "title", `Theme: ${theme === "auto" ? "as the system" : theme} (t)`);
    label(button, "aria-label", `Theme: ${theme === "auto" ? "as the system" : theme}`);
  };
  const change = (): void => {
    theme = NEXT[theme];
    keep("theme", theme);
    apply();
  };
  button.addEventListener("click", change);
  apply();
  return change;
}
