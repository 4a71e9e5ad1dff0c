/**
 * Owns: small parts that several views show alike: level words, times, copy buttons, messages to the reader.
 * Tested in: tests/viewer throughout.
 */
import { LEVELS } from "../../levels.js";
import { button, element, label, setText, type Content } from "./dom.js";
import { clock, dateTime, iso } from "./format.js";

const COPIED_MS = 1_500;

/** The level of an entry as a class can have it. The server takes the six only; anything else is shown as `trace`. */
export function levelClass(level: string): string {
  return LEVELS.includes(level) ? level : "trace";
}

/** The level as a word in its colour. */
export function levelWord(level: string): HTMLElement {
  return element("span", `level level-${levelClass(level)}`, level);
}

/** An instant: time of day, with all of it as the title. */
export function instant(ms: number, form: "clock" | "date" = "clock"): HTMLTimeElement {
  const made = element("time", "", form === "clock" ? clock(ms) : dateTime(ms));
  made.dateTime = iso(ms);
  made.title = iso(ms);
  return made;
}

/** A button that copies a text; it says so for a moment. */
export function copyButton(name: string, text: () => string): HTMLButtonElement {
  const made: HTMLButtonElement = button("plain small copy", name, () => {
    copy(text()).then(
      () => say(made, "Copied", name),
      () => say(made, "Not allowed", name),
    );
  });
  return made;
}

/** Async, so that it fails like a refusal where there is no clipboard: on an address that is neither loopback nor HTTPS. */
async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

function say(target: HTMLElement, text: string, after: string): void {
  setText(target, text);
  announce(text);
  setTimeout(() => setText(target, after), COPIED_MS);
}

/** Tells the reader of a screen what a sighted one sees happen. */
export function announce(text: string): void {
  const live = document.getElementById("announcer");
  if (live) setText(live, text);
}

/** A paragraph in place of a list: nothing here, and what to do about it. */
export function notice(title: string, ...more: readonly Content[]): HTMLElement {
  return element("div", "notice", element("p", "notice-title", title), ...more);
}

/** A heading with its section. */
export function section(title: string, className: string, ...content: readonly Content[]): HTMLElement {
  const made = element("section", className, element("h3", "", title), ...content);
  label(made, "aria-label", title);
  return made;
}
