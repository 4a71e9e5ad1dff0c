//! Owns what may not leave: values under sensitive keys, and the queries, fragments and credentials of URLs.
//!
//! Applied as an entry is written when it enters the core (`json`), so that nothing unredacted is ever buffered,
//! stored or sent (I13). Linear in the input. Does not look for patterns in values (card numbers and the like).
//! Tested by `tests/contracts/privacy.rs` and `tests/props/redact.rs`.
use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::msgpack::Token;

/// What stands in place of a masked value.
pub const MASK: &[u8] = b"[redacted]";

/// Endings of sensitive keys, in lower case without separators: `userPassword`, `X-Api-Key` and `card_number` match.
const SENSITIVE: &[u8] = b"password passwd passphrase passcode pwd secret token apikey accesskey privatekey secretkey \
authorization credential cookie jwt bearer cardnumber creditcard iban accountnumber socialsecuritynumber \
auth card pin otp pan cvv cvc ssn";

/// A word of at most this length matches only a whole key (`pin`, but not `shipping`).
const ALONE_BYTES_MAX: usize = 4;

/// What to mask.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `false`: everything passes.
    pub enabled: bool,
    /// The built-in keys and the user's, each with a space behind it.
    keys: Vec<u8>,
}

impl Policy {
    /// A policy with the built-in keys.
    pub fn new(enabled: bool) -> Self {
        Policy {
            enabled,
            keys: SENSITIVE.to_vec(),
        }
    }

    /// Adds a key of the user's.
    pub fn add_key(&mut self, key: &[u8]) {
        let mut name = normalised(key);
        // As in the built-in list: the singular finds both.
        if name.last() == Some(&b's') {
            name.pop();
        }
        self.keys.push(b' ');
        self.keys.extend_from_slice(&name);
    }

    /// Must the value under this key be masked? Not if it reveals nothing by itself: nil, a boolean, or, under a
    /// plural, a number (`totalTokens: 512`).
    pub fn is_sensitive(&self, key: &[u8], value: Token<'_>) -> bool {
        let is_number = matches!(value, Token::Int(_) | Token::Number(_));
        if !self.enabled || matches!(value, Token::Nil | Token::Bool(_)) {
            return false;
        }
        let mut name = normalised(key);
        if !is_number && name.last() == Some(&b's') {
            name.pop();
        }
        // Short words stand at the end of many others; those are compared as a whole.
        self.keys.split(|byte| *byte == b' ').any(|word| {
            !word.is_empty() && name.ends_with(word) && (word.len() > ALONE_BYTES_MAX || word.len() == name.len())
        })
    }
}

/// A key in lower case, without the separators that keys are written with.
fn normalised(key: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    for byte in key {
        if !matches!(byte, b'_' | b'-' | b'.' | b' ' | b'[' | b']') {
            name.push(byte.to_ascii_lowercase());
        }
    }
    name
}

/// Text with the queries, fragments and credentials of the URLs in it left out.
///
/// A line and column behind a URL, as in a stack frame, stays.
///
/// ```
/// use sapwood::core::redact::{Policy, prose};
/// let policy = Policy::new(true);
/// let clean = prose(b"GET https://me:pw@shop.example/a?token=1#x failed", &policy);
/// assert_eq!(&clean[..], b"GET https://shop.example/a failed");
/// ```
pub fn prose<'a>(text: &'a [u8], policy: &Policy) -> Cow<'a, [u8]> {
    if !policy.enabled || !text.windows(3).any(|three| three == b"://") {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::new();
    let (mut in_url, mut in_authority, mut dropping) = (false, false, false);
    let mut authority = 0;
    for (at, byte) in text.iter().enumerate() {
        let rest = &text[at..];
        match byte {
            0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b')' | b'`' => (in_url, dropping) = (false, false),
            b'?' | b'#' if in_url => dropping = true,
            // The `:12:34` of a stack frame.
            b':' if dropping && is_place(rest) => dropping = false,
            b'@' if in_authority && in_url && !dropping => {
                out.truncate(authority);
                continue;
            }
            b'/' if !in_url && text[..at].ends_with(b":/") => {
                (in_url, in_authority) = (true, true);
                authority = out.len() + 1;
            }
            b'/' => in_authority = false,
            _ => {}
        }
        if !dropping {
            out.push(*byte);
        }
    }
    Cow::Owned(out)
}

/// Nothing but digits and colons up to the end of the URL?
fn is_place(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b':');
    end.is_none_or(|at| matches!(text[at], 0..=b' ' | b')'))
}
