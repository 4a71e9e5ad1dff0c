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

/// What makes a key sensitive wherever it stands in it, in lower case without separators and digits:
/// `passwordConfirmation`, `new_password_2`, `authorizationHeader`.
const ANYWHERE: &[u8] = b"password passphrase authorization credential privatekey accesstoken refreshtoken creditcard \
cardnumber accountnumber socialsecuritynumber";

/// Endings of sensitive keys, in the same form: `X-Api-Key`, `client_secret` and `cvv2` match.
const ENDINGS: &[u8] = b"passwd passcode pwd secret token apikey accesskey secretkey cookie jwt bearer iban basicauth \
xauth cardno otpcode auth card pass pin otp pan cvv cvc ssn";

/// A word of at most this length matches only a whole key (`pin`, but not `shipping`).
const ALONE_BYTES_MAX: usize = 4;

/// Of a longer key the end counts; the user's are no longer (the façade's bound).
const KEY_BYTES_MAX: usize = 100;

/// Digits of a line or a column, at most.
const PLACE_DIGITS_MAX: u32 = 7;

/// What to mask.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `false`: everything passes.
    pub enabled: bool,
    /// Sensitive words, the built-in ones and the user's: of each its length in a byte, then its letters from the end,
    /// so that most comparisons end at the first letter.
    words: Vec<u8>,
    /// Where those end that match anywhere.
    endings: usize,
    /// Where the user's own words begin.
    own: usize,
}

impl Policy {
    /// A policy with the built-in keys.
    pub fn new(enabled: bool) -> Self {
        let mut policy = Policy {
            enabled,
            words: Vec::new(),
            endings: 0,
            own: 0,
        };
        for list in [ANYWHERE, ENDINGS] {
            policy.endings = policy.own;
            list.split(|byte| *byte == b' ')
                .for_each(|word| policy.add_word(word, true));
            policy.own = policy.words.len();
        }
        policy
    }

    /// Adds a key of the user's: as it is, and its singular, which finds both.
    pub fn add_key(&mut self, key: &[u8]) {
        self.add_word(key, false);
        self.add_word(key, true);
    }

    fn add_word(&mut self, key: &[u8], singular: bool) {
        let key = Letters::of(key, true);
        let letters = key.get(singular);
        self.words.push(letters.len() as u8);
        self.words.extend_from_slice(letters);
    }

    /// Must the value under this key be masked? Not if it reveals nothing by itself: nil, a number under a plural
    /// (`totalTokens: 512`), or a boolean (`hasPassword`), unless the user named the key.
    pub fn is_sensitive(&self, key: &[u8], value: Token<'_>) -> bool {
        if !self.enabled || value == Token::Nil {
            return false;
        }
        let singular = !matches!(value, Token::Int(_) | Token::Number(_));
        let (built_in, own) = self.words.split_at(self.own);
        (!own.is_empty() && matches(own, 0, Letters::of(key, true).get(singular)))
            || (!matches!(value, Token::Bool(_))
                && matches(built_in, self.endings, Letters::of(key, false).get(singular)))
    }
}

/// Is one of the words in a key? Those before `endings` may stand anywhere in it.
fn matches(mut words: &[u8], endings: usize, letters: &[u8]) -> bool {
    let bytes = words.len();
    while let Some((len, rest)) = words.split_first() {
        let anywhere = bytes - words.len() < endings;
        let (word, rest) = rest.split_at(usize::from(*len));
        words = rest;
        let Some(spare) = letters.len().checked_sub(word.len()) else {
            continue;
        };
        // Short words stand at the end of many others; those are compared as a whole.
        if word.is_empty() || (word.len() <= ALONE_BYTES_MAX && spare > 0) {
            continue;
        }
        let places = if anywhere { spare + 1 } else { 1 };
        if (0..places).any(|at| letters[at..].starts_with(word)) {
            return true;
        }
    }
    false
}

/// A key from its end, in lower case, without the separators that keys are written with and, if they do not count, without
/// digits (`password2`). Of a long key its end.
struct Letters {
    letters: [u8; KEY_BYTES_MAX],
    len: usize,
}

impl Letters {
    fn of(key: &[u8], digits: bool) -> Self {
        let (mut letters, mut len) = ([0; KEY_BYTES_MAX], 0);
        for byte in key.iter().rev() {
            let is_letter = match byte {
                b'_' | b'-' | b'.' | b' ' | b'[' | b']' => false,
                b'0'..=b'9' => digits,
                _ => true,
            };
            if is_letter && len < KEY_BYTES_MAX {
                letters[len] = byte.to_ascii_lowercase();
                len += 1;
            }
        }
        Letters { letters, len }
    }

    /// All of them, or without the "s" of a plural.
    fn get(&self, singular: bool) -> &[u8] {
        let letters = &self.letters[..self.len];
        match letters {
            [b's', rest @ ..] if singular => rest,
            _ => letters,
        }
    }
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

/// Nothing but a line and a column up to the end of the URL? Neither has more than `PLACE_DIGITS_MAX` digits: the number of
/// a card is none, and a longer look at each colon would not be linear.
fn is_place(text: &[u8]) -> bool {
    let mut digits = PLACE_DIGITS_MAX;
    let mut colons = 0;
    for byte in text {
        match byte {
            b':' if colons < 2 => (digits, colons) = (0, colons + 1),
            b'0'..=b'9' if digits < PLACE_DIGITS_MAX => digits += 1,
            _ => return matches!(byte, 0..=b' ' | b')'),
        }
    }
    true
}
