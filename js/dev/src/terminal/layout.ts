/**
 * Owns: fitting pieces of text into rows of a width, by what they take on the screen.
 * Does not own: making text harmless (../visible.ts): whoever calls has done that.
 * Invariant: no row is wider than asked (but for one character that is wider than the width), so a terminal never wraps by itself.
 * Tested in: tests/collector/tail-lines.test.ts.
 */
import type { Paint, Style } from "./colour.js";

/** A piece of text in one look. */
export interface Span {
  readonly style: Style;
  readonly text: string;
}

/** Where text may stand. */
export interface Room {
  /** Columns of a row; `Infinity` where nothing has to fit. */
  readonly width: number;
  /** Columns that rows after the first leave empty on their left. */
  readonly indent: number;
  /** Rows at most; what does not fit is cut with an ellipsis. */
  readonly rowsMax: number;
}

const ELLIPSIS = "…";
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// What East Asian fonts draw over two columns: Hangul, CJK, kana, full-width forms (Unicode's EastAsianWidth W and F).
const WIDE =
  /^[\u1100-\u115f\u231a\u231b\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
const ASCII = /^[\x20-\x7e]*$/;

/** The columns of one character as one sees it. */
function columnsOf(grapheme: string): number {
  if (ASCII.test(grapheme)) return grapheme.length;
  if (/^\p{M}+$/u.test(grapheme)) return 0;
  return WIDE.test(grapheme) || /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) ? 2 : 1;
}

/**
 * The columns that a text takes on one row.
 *
 * @example columns("日本") // 4
 */
export function columns(text: string): number {
  if (ASCII.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes.segment(text)) sum += columnsOf(segment);
  return sum;
}

/** Lays spans out in rows. Breaks anywhere: messages hold identifiers and addresses as often as words. */
export function layOut(spans: readonly Span[], room: Room, paint: Paint): string[] {
  if (room.width === Infinity) return [spans.map(({ style, text }) => paint(style, text)).join("")];
  const rows = [""];
  let left = room.width;
  for (const { style, text } of spans) {
    let part = "";
    for (const piece of ASCII.test(text) ? text : segmentsOf(text)) {
      const wide = columnsOf(piece);
      const isLastRow = rows.length === room.rowsMax;
      // The last column of the last row is for the ellipsis.
      if (wide > left - (isLastRow ? 1 : 0)) {
        rows[rows.length - 1] += paint(style, part) + (isLastRow ? paint("dim", ELLIPSIS) : "");
        if (isLastRow) return rows;
        part = "";
        rows.push(" ".repeat(room.indent));
        left = room.width - room.indent;
        // A row does not begin with the blank between two fields.
        if (piece === " ") continue;
      }
      part += piece;
      left -= wide;
    }
    rows[rows.length - 1] += paint(style, part);
  }
  return rows;
}

function* segmentsOf(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}
