//! Owns message templates: `"Cache miss for {user_id}"` with `{ user_id: 123 }`.
//!
//! Rendered from what redaction leaves of the parameters. A `{name}` that names no parameter stays as it is. Does not
//! touch `data`. Tested by `tests/contracts/templates.rs`.
use alloc::vec::Vec;

use super::context;
use super::json::{write_string, write_value};
use super::msgpack::{Reader, Token};
use super::redact::{MASK, Policy};

/// A rendered message.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The text, with its parameters in place.
    pub message: Vec<u8>,
    /// The parameters that were used, as a JSON object; empty if there were none.
    pub parameters: Vec<u8>,
}

/// Renders `template` from a MessagePack map. No parameters: it is none, and to be taken as it stands.
pub fn render(template: &[u8], data: &[u8], policy: &Policy) -> Rendered {
    let mut rendered = Rendered::default();
    let mut used: Vec<&[u8]> = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
        let (head, tail) = rest.split_at(open);
        rendered.message.extend_from_slice(head);
        let len = tail.iter().position(|byte| *byte == b'}').unwrap_or(1);
        let name = &tail[1..len.max(1)];
        if let Some(value) = context::find(data, name) {
            if !used.contains(&name) {
                rendered.parameters.push(if used.is_empty() { b'{' } else { b',' });
                used.push(name);
                write_string(&mut rendered.parameters, name);
                rendered.parameters.push(b':');
                write_parameter(name, value, &mut rendered.parameters, policy);
            }
            let mut reader = Reader::new(value);
            match reader.token() {
                Token::Str(text) if !policy.is_sensitive(name, Token::Str(text)) => {
                    rendered.message.extend_from_slice(text);
                }
                _ => write_parameter(name, value, &mut rendered.message, policy),
            }
            rest = &tail[len + 1..];
        } else {
            rendered.message.push(b'{');
            rest = &tail[1..];
        }
    }
    rendered.message.extend_from_slice(rest);
    if !used.is_empty() {
        rendered.parameters.push(b'}');
    }
    rendered
}

/// The value as JSON, masked if its name says so.
fn write_parameter(name: &[u8], value: &[u8], out: &mut Vec<u8>, policy: &Policy) {
    let start = out.len();
    let masked = policy.is_sensitive(name, Reader::new(value).token());
    if masked || write_value(&mut Reader::new(value), out, policy, 0).is_none() {
        out.truncate(start);
        write_string(out, MASK);
    }
}
