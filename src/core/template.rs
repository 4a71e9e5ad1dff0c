//! Owns message templates: `"Cache miss for {user_id}"` with `{ user_id: 123 }`.
//!
//! Rendered from what redaction leaves of the parameters. A `{name}` that names no parameter stays as it is. Does not
//! touch `data`. Tested by `tests/contracts/templates.rs`.
use alloc::vec::Vec;

use super::context;
use super::json::{write_string, write_value};
use super::limits::MESSAGE_CHARS_MAX;
use super::msgpack::{Reader, Token};
use super::redact::{MASK, Policy, prose};

/// Braces that are looked at, at most: what somebody typed may stand in a message, and must not cost a search of all
/// data for each.
const PLACES_MAX: usize = 64;
/// Longest name that is looked for.
const NAME_BYTES_MAX: usize = 64;
/// Nothing more is filled in past this; the message is cut to less.
const RENDERED_BYTES_MAX: usize = 4 * MESSAGE_CHARS_MAX as usize;

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
    let mut places = 0;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{')
        && places < PLACES_MAX
        && rendered.message.len() < RENDERED_BYTES_MAX
    {
        places += 1;
        let (head, tail) = rest.split_at(open);
        rendered.message.extend_from_slice(head);
        let name = tail[1..].split(|byte| *byte == b'}').next().unwrap_or_default();
        let value = match tail.get(name.len() + 1) {
            Some(b'}') if (1..=NAME_BYTES_MAX).contains(&name.len()) => context::find(data, name),
            _ => None,
        };
        let Some(value) = value else {
            rendered.message.push(b'{');
            rest = &tail[1..];
            continue;
        };
        if !used.contains(&name) {
            rendered.parameters.push(if used.is_empty() { b'{' } else { b',' });
            used.push(name);
            write_string(&mut rendered.parameters, name);
            rendered.parameters.push(b':');
            write_parameter(name, value, &mut rendered.parameters, policy, false);
        }
        write_parameter(name, value, &mut rendered.message, policy, true);
        rest = &tail[name.len() + 2..];
    }
    rendered.message.extend_from_slice(rest);
    if !used.is_empty() {
        rendered.parameters.push(b'}');
    }
    rendered
}

/// The value as JSON, masked if its name says so; a string `bare`, without its quotes.
fn write_parameter(name: &[u8], value: &[u8], out: &mut Vec<u8>, policy: &Policy, bare: bool) {
    let start = out.len();
    let text = match Reader::new(value).token() {
        token if policy.is_sensitive(name, token) => MASK,
        Token::Str(text) => text,
        _ => {
            if write_value(&mut Reader::new(value), out, policy, 0).is_some() {
                return;
            }
            out.truncate(start);
            MASK
        }
    };
    if bare {
        out.extend_from_slice(text);
    } else {
        write_string(out, &prose(text, policy));
    }
}
