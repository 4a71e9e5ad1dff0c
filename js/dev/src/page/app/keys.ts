/**
 * Owns: which key does what, and the dialog that says so.
 * Invariants: keys with Ctrl, Alt or Meta stay the browser's; while one types, only Escape is ours; Enter and space stay
 * with the control that has focus, the arrows and space with a text that can be scrolled.
 * Tested in: tests/viewer/keyboard.test.ts.
 */
import { button, element } from "../ui/dom.js";

/** What keys do. */
export interface Commands {
  go(view: "live" | "flows" | "ledger"): void;
  step(delta: number): void;
  enter(): void;
  escape(): void;
  search(): void;
  pause(): void;
  filters(): void;
  theme(): void;
  help(): void;
}

const HELP: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [["/"], "Search"],
  [["j", "↓"], "Next entry (flow, logger)"],
  [["k", "↑"], "The one before"],
  [["Enter"], "Open it"],
  [["Esc"], "Close, let go, follow the newest again"],
  [["Space"], "Pause and resume"],
  [["f"], "Show or hide the filters"],
  [["g l", "1"], "Live"],
  [["g f", "2"], "Flows"],
  [["g a", "3"], "Ledger (accounts)"],
  [["t"], "Theme: system, light, dark"],
  [["?"], "This help"],
];

/** How long a `g` waits for its second key. */
const CHORD_MS = 1_500;

/** Listens to the keyboard for as long as the page lives. */
export function startKeys(commands: Commands): void {
  let chordUntil = 0;
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.matches("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    const chord = event.timeStamp < chordUntil;
    chordUntil = event.key === "g" && !chord ? event.timeStamp + CHORD_MS : 0;
    const command = commandOf(event.key, chord, target, commands);
    if (command === null) return;
    event.preventDefault();
    command();
  });
}

function commandOf(key: string, chord: boolean, target: HTMLElement, commands: Commands): (() => void) | null {
  if (chord) {
    if (key === "l") return () => commands.go("live");
    if (key === "f") return () => commands.go("flows");
    if (key === "a") return () => commands.go("ledger");
    return null;
  }
  const own = target.closest("button, a, summary, label, input") !== null;
  // What can be scrolled by keyboard is.
  if (target.matches("pre") && (key === " " || key.startsWith("Arrow"))) return null;
  switch (key) {
    case "j":
    case "ArrowDown":
      return () => commands.step(1);
    case "k":
    case "ArrowUp":
      return () => commands.step(-1);
    case "Enter":
      // A link of a list opens what `enter` opens; buttons do their own.
      return own ? null : commands.enter;
    case " ":
      return own ? null : commands.pause;
    default:
      return SIMPLE[key]?.(commands) ?? null;
  }
}

const SIMPLE: Readonly<Record<string, (commands: Commands) => () => void>> = {
  Escape: ({ escape }) => escape,
  "/": ({ search }) => search,
  f: ({ filters }) => filters,
  t: ({ theme }) => theme,
  "?": ({ help }) => help,
  1: ({ go }) => () => go("live"),
  2: ({ go }) => () => go("flows"),
  3: ({ go }) => () => go("ledger"),
};

/** Fills the dialog; returns what opens it. */
export function helpDialog(dialog: HTMLDialogElement): () => void {
  const title = element("h2", "", "Keyboard");
  title.id = "help-title";
  const list = element("dl", "keys");
  for (const [keys, meaning] of HELP) {
    list.append(element("dt", "", ...keys.map((key) => element("kbd", "", key))), element("dd", "", meaning));
  }
  dialog.append(element("div", "dialog-head", title, button("icon", "✕", () => dialog.close(), "Close (Esc)")), list);
  dialog.querySelector("button")?.setAttribute("aria-label", "Close");
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return () => dialog.showModal();
}
