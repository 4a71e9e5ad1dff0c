/**
 * Owns: making elements. The one place where text enters the document.
 * Invariant: text is set with `textContent` after `visible`, so log content can be neither markup nor an invisible character.
 * Tested in: tests/collector/page.test.ts.
 */
import { visible, visibleLines } from "../visible.js";

/** What an element holds: other elements, or text from anywhere. */
export type Content = Node | string;

/** An element with classes and content. Text is shown on one line, everything unsafe in it written out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...content: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  for (const part of content) made.append(typeof part === "string" ? document.createTextNode(visible(part)) : part);
  return made;
}

/** Text of several lines, such as a stack trace. */
export function block(text: string): HTMLPreElement {
  const made = document.createElement("pre");
  made.textContent = visibleLines(text);
  return made;
}

/** The element with this id, which index.html has. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no #${id}`);
  return found;
}

/** Local time of day with milliseconds; the whole date is its title. */
export function timeOf(ms: number): HTMLTimeElement {
  const date = new Date(ms);
  const made = element("time", "", clock(date));
  made.title = date.toISOString();
  made.dateTime = made.title;
  return made;
}

function clock(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
