/**
 * Owns: showing any JSON value as a tree that unfolds, with types, whatever its size.
 * Invariants: what unfolds is made when it is opened; of one level at most `CHILDREN` are added at a time, and of one text
 * `TEXT_CHARS`, so that a thousand keys, a megabyte line and a hundred levels cost what is looked at.
 * Tested in: tests/viewer/entry.test.ts and hostile.test.ts.
 */
import { button, element, fill, type Content } from "../ui/dom.js";
import { counted } from "../ui/format.js";

/** Members that are shown at once; more on demand. */
const CHILDREN = 100;
/** Characters of a text that are shown at once; more on demand. */
const TEXT_CHARS = 1_000;
/** Small trees are open from the beginning, as deep as this. */
const OPEN_DEPTH = 2;
const OPEN_MEMBERS = 12;

type Members = readonly (readonly [key: string, value: unknown])[];

/** The tree of a value: its members, or the value where it has none. */
export function tree(value: unknown): HTMLElement {
  const members = membersOf(value);
  if (members === null || members.length === 0) return element("div", "tree", ...leaf(value));
  const root = element("div", "tree");
  addMembers(root, members, Array.isArray(value), 1, 0);
  return root;
}

function membersOf(value: unknown): Members | null {
  return typeof value === "object" && value !== null ? Object.entries(value) : null;
}

function addMembers(target: HTMLElement, members: Members, isList: boolean, depth: number, from: number): void {
  const to = Math.min(members.length, from + CHILDREN);
  for (const [key, value] of members.slice(from, to)) target.append(member(key, value, isList, depth));
  if (to === members.length) return;
  const rest = members.length - to;
  const more: HTMLButtonElement = button("plain small", `Show ${Math.min(CHILDREN, rest)} more of ${rest}`, () => {
    more.remove();
    const shown = target.childElementCount;
    addMembers(target, members, isList, depth, to);
    focusOn(target.children[shown]);
  });
  target.append(more);
}

function member(key: string, value: unknown, inList: boolean, depth: number): HTMLElement {
  const name = element("span", inList ? "key index" : "key", key);
  const members = membersOf(value);
  if (members === null || members.length === 0) return element("div", "member", name, ": ", ...leaf(value));
  const isList = Array.isArray(value);
  const summary = element("summary", "", name, ": ", element("span", "kind", isList ? counted(members.length, "item") : counted(members.length, "key")));
  const details = element("details", "member", summary);
  const open = (): void => {
    if (details.childElementCount > 1) return;
    const children = element("div", "children");
    addMembers(children, members, isList, depth + 1, 0);
    details.append(children);
  };
  details.addEventListener("toggle", open);
  if (depth <= OPEN_DEPTH && members.length <= OPEN_MEMBERS) {
    open();
    details.open = true;
  }
  return details;
}

/** A value without members, and its type where it is not plain to see. */
function leaf(value: unknown): Content[] {
  if (typeof value === "string") return [text(value), element("span", "kind", value.length > TEXT_CHARS ? counted(value.length, "character") : "")];
  if (Array.isArray(value)) return [element("span", "kind", "[] empty list")];
  if (typeof value === "object" && value !== null) return [element("span", "kind", "{} empty object")];
  return [element("span", `value ${value === null ? "null" : typeof value}`, String(value)), element("span", "kind", value === null ? "" : typeof value)];
}

function text(value: string): HTMLElement {
  if (value.length <= TEXT_CHARS) return element("span", "value string", `"${value}"`);
  const shown = element("span", "value string", `"${value.slice(0, TEXT_CHARS)}…`);
  const whole = element("span", "", shown);
  const more = button("plain small", "show all", () => {
    const all = element("span", "value string", `"${value}"`);
    fill(whole, all);
    focusOn(all);
  });
  whole.append(more);
  return whole;
}

/** The button that had focus is gone: the keyboard goes on where it stood. */
function focusOn(made: Element | undefined): void {
  const target = made?.querySelector("summary") ?? made;
  if (!(target instanceof HTMLElement)) return;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}
