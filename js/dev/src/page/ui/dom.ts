/**
 * Owns: making elements. The one place where text enters the document.
 * Invariant: text is set as text after `visible`, attributes a log can reach (`title`, `aria-label`) as well, so log content
 * can be neither markup nor an invisible character.
 * Tested in: tests/viewer/hostile.test.ts.
 */
import { visible, visibleLines } from "../../visible.js";

/** What an element holds: other elements, text from anywhere, or nothing. */
export type Content = Node | string | null;

/** An element with classes and content. Text is shown on one line, everything unsafe in it written out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...content: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  fill(made, ...content);
  return made;
}

/** Puts content in place of what an element holds. */
export function fill(target: Element, ...content: readonly Content[]): void {
  const parts = content.filter((part) => part !== null);
  target.replaceChildren(...parts.map((part) => (typeof part === "string" ? document.createTextNode(visible(part)) : part)));
}

/** Sets an element's text, and touches the document only where it differs. */
export function setText(target: Element, text: string): void {
  const shown = visible(text);
  if (target.textContent !== shown) target.textContent = shown;
}

/** Sets an attribute that people read. */
export function label(target: Element, name: "title" | "aria-label" | "placeholder", text: string): void {
  target.setAttribute(name, visible(text));
}

/** Text of several lines, such as a stack trace. Focusable, so that the keyboard can scroll it. */
export function block(text: string, name: string): HTMLPreElement {
  const made = document.createElement("pre");
  made.textContent = visibleLines(text);
  made.tabIndex = 0;
  made.setAttribute("role", "region");
  label(made, "aria-label", name);
  return made;
}

/** A button with its action. */
export function button(className: string, text: Content, action: (event: MouseEvent) => void, title?: string): HTMLButtonElement {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", action);
  if (title !== undefined) label(made, "title", title);
  return made;
}

/** A link to an address of this page: `href` begins with `#/`. */
export function link(className: string, href: `#/${string}`, ...content: readonly Content[]): HTMLAnchorElement {
  const made = element("a", className, ...content);
  made.setAttribute("href", href);
  return made;
}

/** The element with this id, which index.html has. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no #${id}`);
  return found;
}
