/**
 * Owns: the short form of an entry's data: `orderId=17 items=[2] name="Oak board"`.
 * Invariant: the result is on one line, harmless, and bounded, whatever the data.
 * Tested in: tests/collector/tail-lines.test.ts.
 */
import { TERMINAL_DATA_CHARS_MAX, TERMINAL_VALUE_CHARS_MAX } from "../limits.js";
import { visible } from "../visible.js";

/**
 * The data as `key=value`, in its order; empty where there is none.
 *
 * @example compactData({ orderId: 17, note: "two words" }) // 'orderId=17 note="two words"'
 */
export function compactData(data: unknown): string {
  if (data === undefined || data === null) return "";
  if (typeof data !== "object" || Array.isArray(data)) return shown(data);
  let text = "";
  for (const key of Object.keys(data)) {
    const pair = `${visible(cut(key))}=${shown((data as Readonly<Record<string, unknown>>)[key])}`;
    if (text.length + pair.length > TERMINAL_DATA_CHARS_MAX) return `${text}${text === "" ? "" : " "}…`;
    text += text === "" ? pair : ` ${pair}`;
  }
  return text;
}

/** A text that is one plain word stands as it is; everything else as JSON, which says where it ends. */
function shown(value: unknown): string {
  if (typeof value === "string" && /^[\p{L}\p{N}_./:@+-]+$/u.test(value)) return visible(cut(value));
  return visible(cut(JSON.stringify(value) ?? ""));
}

function cut(text: string): string {
  return text.length > TERMINAL_VALUE_CHARS_MAX ? `${text.slice(0, TERMINAL_VALUE_CHARS_MAX).toWellFormed()}…` : text;
}
