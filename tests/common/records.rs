//! Writes what the façade hands over: operations, as `docs/boundary.md` lists them.
use serde_json::Value;

use super::msgpack::Writer;

/// The fields' names, by number, as `docs/boundary.md` has them.
pub(crate) const FIELD_NAMES: [&str; 20] = [
    "message",
    "data",
    "tags",
    "userId",
    "sessionId",
    "requestId",
    "user",
    "errorName",
    "errorStack",
    "flowId",
    "stepIndex",
    "flow",
    "dataset",
    "context",
    "truncated",
    "traceId",
    "spanId",
    "origin",
    "ipAddress",
    "country",
];

/// A field's number and its value.
pub(crate) type Pair = (u32, Value);

/// One pair.
///
/// # Panics
/// If there is no such field.
pub(crate) fn pair(name: &str, value: Value) -> Pair {
    let number = FIELD_NAMES
        .iter()
        .position(|field| *field == name)
        .expect("a field's name");
    (number as u32, value)
}

/// The members of an object as pairs. What is no object counts as none.
pub(crate) fn pairs(fields: &Value) -> Vec<Pair> {
    let members = fields.as_object().into_iter().flatten();
    members.map(|(name, value)| pair(name, value.clone())).collect()
}

/// One hand-over.
#[derive(Debug, Default)]
pub(crate) struct Records {
    writer: Writer,
}

impl Records {
    /// Logs an entry.
    pub(crate) fn entry(mut self, seq: u64, severity: u32, timestamp: &str, scope: u32, fields: &[Pair]) -> Self {
        self.writer.unsigned(0);
        self.writer
            .unsigned(u32::try_from(seq).expect("tests log less than that"));
        self.writer.unsigned(severity);
        self.writer.number(timestamp);
        self.writer.unsigned(scope);
        self.pairs(fields);
        self
    }

    /// Defines the next scope.
    pub(crate) fn scope(mut self, fields: &[Pair]) -> Self {
        self.writer.unsigned(1);
        self.pairs(fields);
        self
    }

    /// Counts drops of the façade's.
    pub(crate) fn dropped(mut self, reason: u32, count: u32) -> Self {
        self.writer.unsigned(2);
        self.writer.unsigned(reason);
        self.writer.unsigned(count);
        self
    }

    /// Replaces the resource.
    pub(crate) fn resource(mut self, text: &str) -> Self {
        self.writer.unsigned(3);
        self.writer.text(text);
        self
    }

    /// Bytes as they are.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.writer.bytes.extend_from_slice(bytes);
        self
    }

    /// What was written.
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.writer.bytes
    }

    fn pairs(&mut self, fields: &[Pair]) {
        self.writer.unsigned(fields.len() as u32);
        for (number, value) in fields {
            self.writer.unsigned(*number);
            self.writer.value(value);
        }
    }
}
