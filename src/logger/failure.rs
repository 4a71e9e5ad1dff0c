//! Owns the taking apart of Rust errors: name, message, and the chain of sources, under the keys that the façade uses for
//! errors of JavaScript. Does not own the bounds of values (`writer`).
//!
//! Invariants: what `Display` and `Debug` write is bounded, whatever they do, and a chain that is a circle ends.
//! Tested by `tests/logger/failures.rs`.
use std::error::Error;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::value;
use super::writer::Writer;
use crate::core::limits::{DATA_DEPTH_MAX, ERROR_NAME_CHARS_MAX, TEXT_BYTES_MAX};
use crate::core::msgpack::{Reader, Token, write_str};

/// The name of an error that has none.
const NAMELESS: &str = "Error";
/// What the error says itself: extra data never stands in its place.
const TAKEN: [&[u8]; 2] = [b"message", b"cause"];

/// An error's name, the entry's `data` (message, causes, and `data` beside them), and whether something is missing.
pub fn parts<E: Error + ?Sized, T: Serialize + ?Sized>(error: &E, data: &T) -> (String, Vec<u8>, bool) {
    let mut writer = Writer::new();
    write_chain(&mut writer, error);
    let (chain, chain_cut) = writer.finish();
    let (extra, extra_cut) = value::pack(data);
    (name_of(error), beside(&chain, &extra), chain_cut || extra_cut)
}

/// The name of an error by its type; of one whose type is not known here, by its `Debug` text.
fn name_of<E: Error + ?Sized>(error: &E) -> String {
    let path = std::any::type_name::<E>().trim_start_matches('&');
    let path = path.split('<').next().unwrap_or_default();
    match path.rsplit("::").next() {
        _ if path.starts_with("dyn ") => debug_name(error),
        Some("Box" | "Arc") | None => debug_name(error),
        Some(name) => name.to_owned(),
    }
}

/// The name that a derived `Debug` begins with: `NotFound`, `Io(…)`, `Parse { … }`.
fn debug_name<E: Error + ?Sized>(error: &E) -> String {
    let text = bounded(format_args!("{error:?}"), ERROR_NAME_CHARS_MAX.into());
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let derived = rest.is_empty() || rest.starts_with('(') || rest.starts_with(" {");
    let named = derived && name.starts_with(char::is_alphabetic);
    if named { name.to_owned() } else { NAMELESS.to_owned() }
}

/// `{"message", "cause": {"name", "message", "cause": …}}`
fn write_chain<E: Error + ?Sized>(writer: &mut Writer, error: &E) {
    let mut opened = vec![(writer.open(true), 1)];
    writer.key("message");
    writer.text(&message_of(error));
    let mut source = error.source();
    while let Some(cause) = source {
        if opened.len() >= DATA_DEPTH_MAX as usize {
            writer.mark();
            break;
        }
        if let Some((_, count)) = opened.last_mut() {
            *count += 1;
        }
        // Where there is no room for the key, a note stands in place of the pair.
        if !writer.key("cause") {
            break;
        }
        opened.push((writer.open(true), 2));
        writer.note("name");
        writer.note(&debug_name(cause));
        writer.note("message");
        writer.text(&message_of(cause));
        source = cause.source();
    }
    for (at, count) in opened {
        writer.close(at, count);
    }
}

fn message_of<E: Error + ?Sized>(error: &E) -> String {
    bounded(format_args!("{error}"), TEXT_BYTES_MAX)
}

/// The pairs of `chain`, and beside them those of `extra`, or `extra` itself as `data` where it is no map.
fn beside(chain: &[u8], extra: &[u8]) -> Vec<u8> {
    let mut reader = Reader::new(chain);
    let Token::Map(mut count) = reader.token() else {
        return chain.to_vec();
    };
    let mut pairs = reader.rest().to_vec();
    let mut reader = Reader::new(extra);
    match reader.token() {
        Token::Nil => {}
        Token::Map(len) => {
            for _ in 0..len {
                let (key, value) = (reader.string(), reader.value());
                if !TAKEN.contains(&key) {
                    write_str(&mut pairs, key);
                    pairs.extend_from_slice(value);
                    count += 1;
                }
            }
        }
        _ => {
            write_str(&mut pairs, b"data");
            pairs.extend_from_slice(extra);
            count += 1;
        }
    }
    let mut out = vec![0xdf];
    out.extend_from_slice(&(count as u32).to_be_bytes());
    out.extend_from_slice(&pairs);
    out
}

/// What was written, up to so many bytes; then the writing is ended by an error. Unlike `to_string`, it does not panic at
/// a `Display` that fails.
fn bounded(arguments: fmt::Arguments<'_>, bytes_max: usize) -> String {
    let mut text = Bounded {
        text: String::new(),
        bytes_max,
    };
    // The error is the end that was wanted, or the application's.
    let _ = text.write_fmt(arguments);
    text.text
}

struct Bounded {
    text: String,
    bytes_max: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let kept = more.floor_char_boundary(self.bytes_max - self.text.len());
        self.text.push_str(&more[..kept]);
        if kept < more.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
