//! The native part of the logger for Rust apps: how values, errors and scopes reach the core, and what options are refused.
//!
//! What JavaScript takes part in is in `tests/rust`.
#[path = "../props/values.rs"]
#[allow(dead_code, reason = "the core's properties use the rest")]
mod generated;
mod read;

mod failures;
mod flows;
mod options;
mod scopes;
mod tapes;
mod values;
