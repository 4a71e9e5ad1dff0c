/**
 * Owns: making untrusted text harmless to look at, for the terminal and the page alike.
 * Does not own: HTML (the page sets `textContent` only) or the length of what is shown.
 * Invariant: the result holds no control, bidirectional or other invisible format character and no lone surrogate,
 * so it can neither move a cursor nor reorder or hide what stands around it.
 * Tested in: tests/collector/visible.test.ts.
 */

// Controls (Cc), format characters (Cf: bidi controls, zero-width and tag characters), lone surrogates (Cs), line and
// paragraph separators, and whatever else has no shape (fillers, variation selectors). The two joiners and the two selectors
// of text and emoji form stay: emoji and several scripts are unreadable without them, and they hide nothing.
const UNSAFE = /(?![\u200c\u200d\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const UNSAFE_IN_LINES = /(?![\u200c\u200d\ufe0e\ufe0f\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * The text with every unsafe character written out, on one line.
 *
 * @example visible("a\u202eb\n") // "a\\u202eb\\n"
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Like {@link visible}, but line feeds and tabs stay: for stack traces and other text of several lines. */
export function visibleLines(text: string): string {
  return text.replace(UNSAFE_IN_LINES, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
