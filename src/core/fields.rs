//! Owns the fields of an entry: their numbers (shared with the façade, `docs/boundary.md`), names on the wire, kinds
//! and limits. Does not hold values. Tested by `tests/contracts/entries.rs`.
use super::limits::*;

/// What a field may hold, and what happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text: URLs in it lose their queries, then it is cut.
    Text,
    /// A list of short texts.
    Tags,
    /// The set of fields that the façade has cut, a bit a field.
    Truncated,
    /// A number from 0 to [`STEP_INDEX_MAX`].
    Step,
    /// Any value, redacted by key.
    Any,
    /// A map, merged deeply over that of the scope and redacted by key.
    Context,
}

/// One row of the table of fields.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The name on the wire.
    pub name: &'static [u8],
    /// What it may hold.
    pub kind: Kind,
    /// Longest text in UTF-16 units, of each tag for tags.
    pub chars_max: u16,
}

const fn spec(name: &'static [u8], kind: Kind, chars_max: u16) -> Spec {
    Spec { name, kind, chars_max }
}

/// How many fields there are.
pub const FIELD_COUNT: usize = 20;

/// All fields, in the order of their numbers.
pub const FIELDS: [Spec; FIELD_COUNT] = [
    spec(b"message", Kind::Text, MESSAGE_CHARS_MAX),
    spec(b"data", Kind::Any, 0),
    spec(b"tags", Kind::Tags, TAG_CHARS_MAX),
    spec(b"userId", Kind::Text, ID_CHARS_MAX),
    spec(b"sessionId", Kind::Text, ID_CHARS_MAX),
    spec(b"requestId", Kind::Text, ID_CHARS_MAX),
    spec(b"user", Kind::Any, 0),
    spec(b"errorName", Kind::Text, ERROR_NAME_CHARS_MAX),
    spec(b"errorStack", Kind::Text, ERROR_STACK_CHARS_MAX),
    spec(b"flowId", Kind::Text, FLOW_ID_CHARS_MAX),
    spec(b"stepIndex", Kind::Step, 0),
    spec(b"flow", Kind::Any, 0),
    spec(b"dataset", Kind::Text, FLOW_ID_CHARS_MAX),
    spec(b"context", Kind::Context, 0),
    spec(b"truncated", Kind::Truncated, 0),
    spec(b"traceId", Kind::Text, ID_CHARS_MAX),
    spec(b"spanId", Kind::Text, ID_CHARS_MAX),
    spec(b"origin", Kind::Text, ID_CHARS_MAX),
    spec(b"ipAddress", Kind::Text, ID_CHARS_MAX),
    spec(b"country", Kind::Text, COUNTRY_CHARS_MAX),
];

/// The number of `message`, which every entry has.
pub const MESSAGE: usize = 0;
/// The number of `data`, whose `null` is a value.
pub const DATA: usize = 1;
/// The number of `flowId`, which a step of a flow has.
pub const FLOW_ID: usize = 9;
/// The number of `truncated`, which is written last and from what all stages have cut.
pub const TRUNCATED: usize = 14;
/// The number of `context`, of which a scope has several.
pub const CONTEXT: usize = 13;

/// The longest beginning of `text` of at most `chars_max` UTF-16 units that ends at a character boundary.
///
/// ```
/// use sapwood::core::fields::cut;
/// assert_eq!(cut("a🌳b".as_bytes(), 2), b"a");
/// assert_eq!(cut("a🌳b".as_bytes(), 3), "a🌳".as_bytes());
/// ```
pub fn cut(text: &[u8], chars_max: usize) -> &[u8] {
    if text.len() <= chars_max {
        return text;
    }
    let mut units = 0;
    for (at, byte) in text.iter().enumerate() {
        // 10xxxxxx continues a character; 11110xxx begins one outside the basic plane, two units in UTF-16.
        let continues = *byte & 0xc0 == 0x80;
        units += usize::from(!continues) + usize::from(*byte >= 0xf0);
        if units > chars_max && !continues {
            return &text[..at];
        }
    }
    text
}
