//! Owns JSON text: strings, whole numbers, and values that arrive as MessagePack, which are redacted on the way.
//!
//! One walk does both, so that no value can be written without having been looked at (I13). Framing of batches is
//! `encode`'s. Tested by `tests/props/json.rs` against `serde_json`.
use alloc::vec::Vec;

use super::limits::DEPTH_MAX;
use super::msgpack::{Reader, Token};
use super::redact::{self, MASK, Policy};

/// Appends a JSON string.
pub fn write_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let mut rest = text;
    // Runs that need no escape are copied; what needs one is rare.
    while let Some(at) = rest
        .iter()
        .position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'))
    {
        let (head, tail) = rest.split_at(at);
        out.extend_from_slice(head);
        write_escaped(out, tail[0]);
        rest = &tail[1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn write_escaped(out: &mut Vec<u8>, byte: u8) {
    out.push(b'\\');
    match byte {
        b'\n' => out.push(b'n'),
        b' '.. => out.push(byte),
        _ => {
            out.extend_from_slice(b"u00");
            write_hex(out, &[byte]);
        }
    }
}

/// Appends bytes as lower-case hexadecimal digits.
pub fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(digit + if digit < 10 { b'0' } else { b'a' - 10 });
        }
    }
}

/// Appends a whole number in decimal.
pub fn write_unsigned(out: &mut Vec<u8>, number: u64) {
    if number >= 10 {
        write_unsigned(out, number / 10);
    }
    out.push(b'0' + (number % 10) as u8);
}

/// Appends `,"name":`. Objects are opened with a first member of their own, so that every other one has its comma.
pub fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name);
    out.extend_from_slice(b"\":");
}

/// Appends the next MessagePack value, redacted. `None` if it cannot be read or is too deep; the caller then takes
/// back what was appended.
pub fn write_value(reader: &mut Reader<'_>, out: &mut Vec<u8>, policy: &Policy, depth: u32) -> Option<()> {
    let token = reader.token();
    match token {
        Token::Array(_) | Token::Map(_) => write_container(token, reader, out, policy, depth)?,
        Token::Str(text) => write_string(out, &redact::prose(text, policy)),
        Token::Number(text) => out.extend_from_slice(text),
        Token::Int(number) => write_unsigned(out, number.into()),
        Token::Bool(true) => out.extend_from_slice(b"true"),
        Token::Bool(false) => out.extend_from_slice(b"false"),
        Token::Nil => out.extend_from_slice(b"null"),
    }
    reader.ok()
}

fn write_container(
    token: Token<'_>,
    reader: &mut Reader<'_>,
    out: &mut Vec<u8>,
    policy: &Policy,
    depth: u32,
) -> Option<()> {
    let (len, brackets, is_map) = match token {
        Token::Map(len) => (len, b"{}", true),
        Token::Array(len) => (len, b"[]", false),
        _ => return None,
    };
    if depth == DEPTH_MAX {
        return None;
    }
    out.push(brackets[0]);
    for at in 0..len {
        if at > 0 {
            out.push(b',');
        }
        let mut masked = false;
        if is_map {
            let key = reader.string();
            write_string(out, &redact::prose(key, policy));
            out.push(b':');
            masked = policy.is_sensitive(key, Reader::new(reader.rest()).token());
        }
        if masked {
            reader.value();
            write_string(out, MASK);
        } else {
            write_value(reader, out, policy, depth + 1)?;
        }
    }
    out.push(brackets[1]);
    Some(())
}
