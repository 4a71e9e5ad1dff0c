//! Owns the writing of an entry as JSON when it enters the core: checked, redacted, cut, marked, with what its logger
//! adds. Does not buffer it.
//!
//! An entry is written once and then only copied: leaving the page costs no encoding, and its size is known exactly.
//! Invariant: nothing unredacted or over a limit is written. Tested by `tests/contracts/entries.rs`, `context.rs` and
//! `privacy.rs`.
use alloc::vec::Vec;

use super::config::Config;
use super::context;
use super::fields::{DATA, FIELDS, Kind, MESSAGE, Spec, cut};
use super::json::{write_name, write_string, write_unsigned, write_value};
use super::level::Level;
use super::limits::*;
use super::msgpack::{Reader, Token};
use super::record::{RawEntry, Values};
use super::redact;
use super::template;

/// `"(empty)"` in MessagePack: what stands for a message that is missing or empty.
const EMPTY_MESSAGE: &[u8] = b"\xa7(empty)";

/// Appends a comma and the entry. `None` if it cannot be kept (`unserialisable`); the caller takes back what was
/// appended.
pub fn write(out: &mut Vec<u8>, raw: &RawEntry<'_>, scope: &Values<'_>, config: &Config) -> Option<Level> {
    let level = Level::from_severity(raw.severity)?;
    out.extend_from_slice(b",{\"seq\":");
    write_unsigned(out, raw.seq);
    write_name(out, b"timestamp");
    out.extend_from_slice(raw.timestamp);
    write_name(out, b"level");
    write_string(out, level.name().as_bytes());
    out.extend_from_slice(&config.common);
    let mut was_cut = raw.values.cut | scope.cut;
    for (field, spec) in FIELDS.iter().enumerate() {
        let (own, inherited) = (raw.values.get(field), scope.get(field));
        let mut value = if own.is_empty() { inherited } else { own };
        if field == MESSAGE && Reader::new(value).string().is_empty() {
            value = EMPTY_MESSAGE;
        }
        if value.is_empty() || (value == [0xc0] && field != DATA) {
            continue;
        }
        let start = out.len();
        if field == MESSAGE && write_template(out, value, &raw.values, config, &mut was_cut) {
            continue;
        }
        write_name(out, spec.name);
        let mut merged = Vec::new();
        if spec.kind == Kind::Context && !own.is_empty() {
            context::merge(inherited, own, &mut merged)?;
            value = &merged;
        }
        let written = write_field(out, spec, value, config);
        if written != Written::Whole {
            was_cut |= 1 << field;
        }
        if written == Written::Nothing {
            out.truncate(start);
        }
    }
    write_truncated(out, was_cut);
    out.push(b'}');
    Some(level)
}

/// Writes message, template and parameters, if the message is a template of which `data` names a parameter.
fn write_template(out: &mut Vec<u8>, message: &[u8], values: &Values<'_>, config: &Config, was_cut: &mut u32) -> bool {
    let text = Reader::new(message).string();
    let rendered = template::render(text, values.get(DATA), &config.redact);
    if rendered.parameters.is_empty() {
        return false;
    }
    for (name, text) in [(FIELDS[MESSAGE].name, &rendered.message[..]), (b"template", text)] {
        write_name(out, name);
        if write_cut(out, text, &FIELDS[MESSAGE], config) == Written::Cut {
            *was_cut |= 1 << MESSAGE;
        }
    }
    write_name(out, b"parameters");
    out.extend_from_slice(&rendered.parameters);
    true
}

#[derive(Clone, Copy, PartialEq)]
enum Written {
    Whole,
    Cut,
    /// It is not of the field's kind, or too deep.
    Nothing,
}

fn write_field(out: &mut Vec<u8>, spec: &Spec, value: &[u8], config: &Config) -> Written {
    let mut reader = Reader::new(value);
    match (spec.kind, reader.token()) {
        (Kind::Text, Token::Str(text)) => write_cut(out, text, spec, config),
        (Kind::Tags, Token::Array(len)) => write_tags(out, reader, len, spec, config),
        (Kind::Step, Token::Int(step)) => {
            let kept = step.min(STEP_INDEX_MAX);
            write_unsigned(out, kept.into());
            if kept == step { Written::Whole } else { Written::Cut }
        }
        (Kind::Any, _) | (Kind::Context, Token::Map(_)) => {
            match write_value(&mut Reader::new(value), out, &config.redact, 0) {
                Some(()) => Written::Whole,
                None => Written::Nothing,
            }
        }
        _ => Written::Nothing,
    }
}

/// Redacted first, so that no half of an address is taken for something else.
fn write_cut(out: &mut Vec<u8>, text: &[u8], spec: &Spec, config: &Config) -> Written {
    let text = &redact::prose(text, &config.redact)[..];
    let kept = cut(text, usize::from(spec.chars_max));
    write_string(out, kept);
    if kept.len() == text.len() {
        Written::Whole
    } else {
        Written::Cut
    }
}

fn write_tags(out: &mut Vec<u8>, mut reader: Reader<'_>, len: usize, spec: &Spec, config: &Config) -> Written {
    let mut written = if len > TAGS_MAX { Written::Cut } else { Written::Whole };
    out.push(b'[');
    for at in 0..len.min(TAGS_MAX) {
        if at > 0 {
            out.push(b',');
        }
        if write_cut(out, reader.string(), spec, config) == Written::Cut {
            written = Written::Cut;
        }
    }
    out.push(b']');
    written
}

fn write_truncated(out: &mut Vec<u8>, was_cut: u32) {
    let mut separator: &[u8] = b",\"truncated\":[";
    for (field, spec) in FIELDS.iter().enumerate() {
        if was_cut >> field & 1 == 1 {
            out.extend_from_slice(separator);
            write_string(out, spec.name);
            separator = b",";
        }
    }
    if separator.len() == 1 {
        out.push(b']');
    }
}
