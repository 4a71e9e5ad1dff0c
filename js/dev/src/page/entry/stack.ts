/**
 * Owns: reading stack traces of V8, Firefox and Safari into frames, for show.
 * Does not own: source maps; what the line says is what is shown.
 * Invariants: never throws; linear in the text's length (indexes of characters, no backtracking); a line that is no frame
 * stays as it is, so that nothing of a trace is hidden.
 * Tested in: tests/viewer/pure.test.ts.
 */

/** One line of a trace. */
export interface Frame {
  /** Empty for an anonymous one. */
  readonly fn: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Code of the app, and not of a dependency, the browser or the runtime. */
  readonly own: boolean;
}

/** A frame, or a line that is none. */
export type StackLine = { readonly frame: Frame; readonly text: string } | { readonly frame: null; readonly text: string };

/** The lines of a trace; the first one says the error's name and message in V8 only, and is no frame. */
export function parseStack(stack: string): StackLine[] {
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((text) => ({ frame: frameOf(text), text }) as StackLine);
}

function frameOf(line: string): Frame | null {
  if (line.startsWith("at ")) return v8(line.slice(3));
  const at = line.lastIndexOf("@");
  // Firefox and Safari: `name@file:line:column`; an address may itself hold an @, a function's name does not.
  const first = line.indexOf("@");
  if (at < 0) return null;
  return frame(line.slice(0, first), line.slice(first + 1));
}

/** `name (file:line:column)`, `async name (…)`, `file:line:column`, `name (<anonymous>)`, `name (native)`. */
function v8(text: string): Frame | null {
  if (!text.endsWith(")")) return frame("", text);
  const open = text.indexOf(" (");
  if (open < 0) return null;
  const inside = text.slice(open + 2, -1);
  const fn = text.slice(0, open);
  return frame(fn, inside) ?? (inside === "<anonymous>" || inside === "native" ? { fn, file: inside, line: 0, column: 0, own: false } : null);
}

function frame(fn: string, place: string): Frame | null {
  const column = numberAtEnd(place);
  if (column === null) return null;
  const line = numberAtEnd(column.rest);
  // `file:line` alone is a place as well.
  const [file, at, col] = line === null ? [column.rest, column.number, 0] : [line.rest, line.number, column.number];
  if (file === "") return null;
  return { fn: fn.trim(), file, line: at, column: col, own: isOwn(file) };
}

/** Takes `:123` off the end. */
function numberAtEnd(text: string): { rest: string; number: number } | null {
  let start = text.length;
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1;
  if (start === text.length || text.length - start > 9 || text[start - 1] !== ":") return null;
  return { rest: text.slice(0, start - 1), number: Number(text.slice(start)) };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const FOREIGN = ["node_modules/", "node:", "internal/", "native", "<anonymous>", "chrome-extension:", "moz-extension:", "resource:", "webpack/runtime", "/@vite/", "wasm:"];

function isOwn(file: string): boolean {
  const path = file.replaceAll("\\", "/");
  return !FOREIGN.some((part) => (part.endsWith(":") ? path.startsWith(part) : path.includes(part)));
}

/** The end of a path that people know a file by; the whole is shown on demand. */
export function shortFile(file: string): string {
  const clean = file.split(/[?#]/, 1)[0] ?? file;
  const parts = clean.split("/").filter((part) => part !== "");
  return parts.length <= 2 ? clean : parts.slice(-2).join("/");
}
