//! Owns what a flow is called and how it travels: name, id, branch, and its place as text, as the façade's `flow.ts` has
//! them. Does not own randomness and time: they are arguments.
//!
//! Invariant: what is read is untrusted: it is bounded, and what cannot be read is `None`.
//! Tested by `tests/logger/flows.rs`, and against the façade by `tests/rust/flows.test.ts`.
use std::fmt;

use crate::core::fields::cut;
use crate::core::limits::{FLOW_ID_CHARS_MAX, STEP_INDEX_MAX};

/// So much of a name is kept: with `-` and eight characters it fits the id.
const NAME_CHARS_MAX: usize = 41;
/// So long a branch may be: eight of them, one in the other.
const BRANCH_CHARS_MAX: usize = 90;
/// So much of a text is looked at: each character of name and id takes up to nine.
const TEXT_CHARS_MAX: usize = 2_000;
const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Where a flow stands. Its text is the value of the header in which it travels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// What all of its entries have in common, wherever they are logged.
    pub id: String,
    /// What it was called.
    pub name: String,
    /// The step of the next entry.
    pub step: u32,
    /// When it began, Unix milliseconds.
    pub started: u64,
    /// Which of the flow's writers this is; empty: the one that began it.
    pub branch: String,
}

impl Place {
    /// A flow that begins now.
    pub fn begin(name: &str, random: [u8; 16], unix_ms: u64) -> Self {
        let name = match kept(name, NAME_CHARS_MAX) {
            "" => "flow",
            name => name,
        };
        Place {
            id: format!("{name}-{}", characters(8, random)),
            name: name.to_owned(),
            started: unix_ms,
            ..Place::default()
        }
    }

    /// The same flow, for another writer. Sorted as text, a branch stands behind the one that it left.
    pub fn branch(&self, random: [u8; 16]) -> Self {
        let branch = format!("{}{:04}{}", self.branch, self.step, characters(6, random));
        Place {
            step: 0,
            branch: kept(&branch, BRANCH_CHARS_MAX).to_owned(),
            ..self.clone()
        }
    }

    /// The place in a text that came from elsewhere.
    pub fn read(text: &str, unix_ms: u64) -> Option<Self> {
        let mut parts = kept(text, TEXT_CHARS_MAX).split(';').map(decoded);
        let mut part = |chars_max| Some(kept(&parts.next()??, chars_max).to_owned());
        let place = Place {
            id: part(FLOW_ID_CHARS_MAX.into())?,
            name: part(NAME_CHARS_MAX)?,
            step: part(20)?.parse().unwrap_or(0).min(STEP_INDEX_MAX),
            started: part(20)?.parse().unwrap_or(unix_ms).min(unix_ms),
            branch: part(BRANCH_CHARS_MAX)?,
        };
        (!place.id.is_empty()).then_some(place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (step, started) = (self.step.to_string(), self.started.to_string());
        for (at, part) in [&self.id, &self.name, &step, &started, &self.branch]
            .into_iter()
            .enumerate()
        {
            if at > 0 {
                f.write_str(";")?;
            }
            for byte in part.bytes() {
                // What `encodeURIComponent` leaves as it is.
                if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
                    write!(f, "{}", char::from(byte))?;
                } else {
                    write!(f, "%{byte:02X}")?;
                }
            }
        }
        Ok(())
    }
}

/// The beginning of a text, so many UTF-16 units at most.
fn kept(text: &str, chars_max: usize) -> &str {
    let end = cut(text.as_bytes(), chars_max).len();
    text.get(..end).unwrap_or_default()
}

/// So many random characters, 24 at most. Of 128 bits, so that the remainders are equally likely.
fn characters(count: usize, random: [u8; 16]) -> String {
    let mut rest = u128::from_be_bytes(random);
    let mut text = String::new();
    for _ in 0..count {
        text.push(char::from(ALPHABET[(rest % 36) as usize]));
        rest /= 36;
    }
    text
}

/// What `decodeURIComponent` makes of it; `None` where that throws.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => digit(rest.next())? << 4 | digit(rest.next())?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16).map(|digit| digit as u8)
}
