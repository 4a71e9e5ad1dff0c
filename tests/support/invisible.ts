/**
 * The code points that are not seen, or move and reorder what is: a list of the tests' own, from the tables of Unicode 15,
 * so that a hole in the product's classes shows.
 */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  // Controls, the soft hyphen, the combining grapheme joiner, marks of Arabic and Syriac.
  [0x00, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x600, 0x605], [0x61c, 0x61c], [0x6dd, 0x6dd], [0x70f, 0x70f],
  [0x890, 0x891], [0x8e2, 0x8e2],
  // Hangul fillers, Khmer inherent vowels, Mongolian selectors.
  [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180f], [0x3164, 0x3164], [0xffa0, 0xffa0],
  // Zero widths, bidirectional marks, separators, invisible operators; joiners are left out below.
  [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0xfeff, 0xfeff], [0xfff0, 0xfffb],
  // Lone surrogates, variation selectors, controls of Kaithi, hieroglyphs, shorthand and music, tags.
  [0xd800, 0xdfff], [0xfe00, 0xfe0f], [0x110bd, 0x110bd], [0x110cd, 0x110cd], [0x13430, 0x1343f], [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a], [0xe0000, 0xe0fff],
];

/** Joiners, and the selectors of text and emoji form: scripts and emoji need them. */
const NEEDED: readonly number[] = [0x200c, 0x200d, 0xfe0e, 0xfe0f];

/** Must this code point never be shown as it is? */
export function isInvisible(code: number): boolean {
  return !NEEDED.includes(code) && RANGES.some(([first, last]) => first <= code && code <= last);
}
