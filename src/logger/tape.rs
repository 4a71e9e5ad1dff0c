//! Owns the tape: entries that wait to be handed over, as operations of `docs/boundary.md`. Does not own when they are,
//! nor sequence numbers.
//!
//! Invariant: an entry is written whole, behind its scope; scopes are numbered from 0 in each hand-over.
//! Tested by `tests/logger/tapes.rs`, which lets the core read it.
use std::rc::Rc;

use super::scope::{FieldWriter, Fields, packed_text};
use crate::core::fields::{DATA, MESSAGE};
use crate::core::json::write_unsigned;
use crate::core::level::Level;
use crate::core::limits::TEXT_BYTES_MAX;
use crate::core::msgpack::{NUMBER_MARKER, NUMBER_TYPE, write_str};
use crate::core::record::{ENTRY, RESOURCE, SCOPE};

/// `errorName`, `errorStack`.
const ERROR_NAME: usize = 7;
const ERROR_STACK: usize = 8;
/// `flow`.
pub const FLOW: usize = 11;
/// `stepIndex`.
const STEP_INDEX: usize = 10;

/// What one log call says beside its logger.
#[derive(Debug, Default)]
pub struct Call {
    /// As it was given; a template is rendered by the core.
    pub message: String,
    /// MessagePack; empty: none.
    pub data: Vec<u8>,
    /// Did `data` not come through whole?
    pub cut: bool,
    /// Of an error.
    pub error_name: Option<String>,
    /// Of an error that has one.
    pub error_stack: Option<String>,
    /// In a flow.
    pub step: Option<u32>,
    /// MessagePack of what the last entry says of its flow.
    pub flow: Option<Vec<u8>>,
}

impl Call {
    /// One that says nothing else.
    pub fn new(message: &str) -> Self {
        Call {
            message: message[..message.floor_char_boundary(TEXT_BYTES_MAX)].to_owned(),
            ..Call::default()
        }
    }
}

/// Operations that wait.
#[derive(Debug, Default)]
pub struct Tape {
    bytes: Vec<u8>,
    entries: usize,
    scopes: u32,
    /// The scope that was written last.
    scope: Option<Fields>,
}

impl Tape {
    /// Appends an entry. `unix_ms`: when it was logged.
    pub fn log(&mut self, seq: u32, level: Level, unix_ms: u64, scope: &Fields, call: &Call) {
        if !self.scope.as_ref().is_some_and(|last| Rc::ptr_eq(last, scope)) {
            self.bytes.push(SCOPE as u8);
            self.bytes.extend_from_slice(scope);
            self.scopes += 1;
            self.scope = Some(Rc::clone(scope));
        }
        self.bytes.push(ENTRY as u8);
        self.whole(seq);
        self.whole(level as u32);
        let mut digits = Vec::new();
        write_unsigned(&mut digits, unix_ms);
        self.bytes
            .extend_from_slice(&[NUMBER_MARKER, digits.len() as u8, NUMBER_TYPE]);
        self.bytes.extend_from_slice(&digits);
        self.whole(self.scopes - 1);
        self.bytes.extend_from_slice(&fields(call));
        self.entries += 1;
    }

    fn whole(&mut self, number: u32) {
        self.bytes.push(0xce);
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// How many entries wait.
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// The operations.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The operation that replaces the resource by these JSON members.
pub fn resource_operation(members: &[u8]) -> Vec<u8> {
    let mut out = vec![RESOURCE as u8];
    write_str(&mut out, members);
    out
}

fn fields(call: &Call) -> Vec<u8> {
    let mut fields = FieldWriter::default();
    fields.add(MESSAGE, &packed_text(&call.message));
    if !call.data.is_empty() {
        fields.add(DATA, &call.data);
    }
    for (field, text) in [(ERROR_NAME, &call.error_name), (ERROR_STACK, &call.error_stack)] {
        if let Some(text) = text {
            fields.add(field, &packed_text(text));
        }
    }
    if let Some(step) = call.step {
        let mut value = vec![0xce];
        value.extend_from_slice(&step.to_be_bytes());
        fields.add(STEP_INDEX, &value);
    }
    if let Some(flow) = &call.flow {
        fields.add(FLOW, flow);
    }
    fields.mark(u32::from(call.cut) << DATA);
    fields.finish()
}
