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

/// `:1234567:1234567` and the character behind it.
const PLACE_BYTES_MAX: usize = 17;

/// What to mask.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `false`: everything passes.
    pub enabled: bool,
    /// Sensitive words, the built-in ones and the user's: of each its length in a byte, then its letters from the end,
    /// so that most comparisons end at the first letter.
    words: Vec<u8>,
    /// Where the user's own words begin.
    own: usize,
}

impl Policy {
    /// A policy with the built-in keys.
    pub fn new(enabled: bool) -> Self {
        let mut policy = Policy {
            enabled,
            words: Vec::new(),
            own: 0,
        };
        SENSITIVE
            .split(|byte| *byte == b' ')
            .for_each(|word| policy.add_word(word, true));
        policy.own = policy.words.len();
        policy
    }

    /// Adds a key of the user's: as it is, and its singular, which finds both.
    pub fn add_key(&mut self, key: &[u8]) {
        self.add_word(key, false);
        self.add_word(key, true);
    }

    fn add_word(&mut self, key: &[u8], singular: bool) {
        let at = self.words.len();
        self.words.push(0);
        // A key is at most 100 characters (the façade's bound); of a longer one the end counts.
        self.words.extend(letters_from_end(key, singular).take(255));
        self.words[at] = (self.words.len() - at - 1) as u8;
    }

    /// Must the value under this key be masked? Not if it reveals nothing by itself: nil, a number under a plural
    /// (`totalTokens: 512`), or a boolean (`hasPassword`), unless the user named the key.
    pub fn is_sensitive(&self, key: &[u8], value: Token<'_>) -> bool {
        let mut words = match value {
            Token::Bool(_) => &self.words[self.own..],
            _ => &self.words[..],
        };
        if !self.enabled || value == Token::Nil {
            return false;
        }
        let is_number = matches!(value, Token::Int(_) | Token::Number(_));
        let letters = || letters_from_end(key, !is_number);
        let last = letters().next();
        while let Some((len, rest)) = words.split_first() {
            let (word, rest) = rest.split_at(usize::from(*len));
            words = rest;
            // Short words stand at the end of many others; those are compared as a whole.
            if word.first().copied() == last && last.is_some() {
                let mut letters = letters();
                if word.iter().all(|letter| letters.next() == Some(*letter))
                    && (word.len() > ALONE_BYTES_MAX || letters.next().is_none())
                {
                    return true;
                }
            }
        }
        false
    }
}

/// A key from its end, in lower case, without the separators that keys are written with and, if `singular`, without
/// the "s" of a plural.
fn letters_from_end(key: &[u8], singular: bool) -> impl Iterator<Item = u8> {
    let is_letter = |byte: &&u8| !matches!(byte, b'_' | b'-' | b'.' | b' ' | b'[' | b']');
    let mut letters = key
        .iter()
        .rev()
        .filter(is_letter)
        .map(u8::to_ascii_lowercase)
        .peekable();
    if singular {
        letters.next_if_eq(&b's');
    }
    letters
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
            // Part of a query or of credentials: what a URL is wrapped in has a blank or the end behind it.
            b')' | b'\'' | b'`' if (dropping || in_authority) && rest.get(1).is_some_and(|next| *next > b' ') => {}
            0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b')' | b'`' => (in_url, dropping) = (false, false),
            b'?' | b'#' if in_url => dropping = true,
            // The `:12:34` of a stack frame.
            b':' if dropping && is_place(rest) => dropping = false,
            b'@' if in_authority && in_url && !dropping => {
                out.truncate(authority);
                continue;
            }
            // One may stand in another.
            b'/' if text[..at].ends_with(b":/") => {
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

/// Nothing but digits and colons up to the end of the URL? A line and a column have no more than `PLACE_BYTES_MAX`, and
/// a longer look at each colon would not be linear.
fn is_place(text: &[u8]) -> bool {
    let is_end = |byte: &u8| !byte.is_ascii_digit() && *byte != b':';
    match text.iter().take(PLACE_BYTES_MAX).position(is_end) {
        Some(at) => matches!(text[at], 0..=b' ' | b')'),
        None => text.len() < PLACE_BYTES_MAX,
    }
}
