//! The wasm as text inside a JavaScript module, so that no bundler has to be told of a file and the bytes are at hand
//! when the page leaves. Compared with other forms by `cargo xtask size --forms`; the reasons are in `docs/size.md`.
//!
//! One printable character for each of the bytes 0–91, two for the rest. Small numbers are what wasm mostly consists
//! of, so the text keeps its rhythm and compresses almost as well as the bytes do.
//! Tested here, by `size --forms` (which decodes) and by everything that starts the core.

/// The first character that stands for a byte. The two before the quotation mark, ` ` and `!`, announce the second
/// and the third row of the table.
const FIRST: u8 = b'#';
/// `#` to `~`.
const ROW: u8 = 92;

/// The decoder, as the body of a function of `text`. It works in the buffer that it reads from; `forEach` is the fastest
/// loop in code that runs for the first time.
pub const DECODE: &str = "\
  const bytes = new TextEncoder().encode(text);
  let row = 0;
  let length = 0;
  bytes.forEach((character) => {
    if (character < 34) row = 92 * (character - 31);
    else {
      bytes[length++] = row + character - 35;
      row = 0;
    }
  });
  return bytes.subarray(0, length);
";

/// `js/generated/bytes.ts`.
pub fn module(wasm: &[u8]) -> String {
    let text = literal(&encode(wasm));
    format!(
        "// Made by `cargo xtask build` from the compiled core. The form is explained in docs/size.md.\n\
         const text = {text};\n\n\
         /** The core as WebAssembly. Each call decodes anew. */\n\
         export function coreBytes() {{\n{DECODE}}}\n"
    )
}

/// The text that stands for `bytes`: printable ASCII without the quotation mark.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 5 / 4);
    for byte in bytes {
        match byte / ROW {
            0 => {}
            1 => text.push(' '),
            _ => text.push('!'),
        }
        text.push(char::from(FIRST + byte % ROW));
    }
    text
}

/// A JavaScript string literal of a text of [`encode`], in which only the backslash needs care.
pub fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_own_printable_text() {
        let texts: std::collections::BTreeSet<String> = (0..=255).map(|byte| encode(&[byte])).collect();
        assert_eq!(texts.len(), 256);
        assert!(
            texts
                .iter()
                .all(|text| { text.bytes().all(|c| (b' '..=b'~').contains(&c) && c != b'"') })
        );
        assert_eq!(encode(&[0, 91, 92, 183, 184, 255]), "#~ # ~!#!j");
    }

    #[test]
    fn a_literal_escapes_backslashes() {
        assert_eq!(literal(&encode(&[57, 0])), "\"\\\\#\"");
    }
}
