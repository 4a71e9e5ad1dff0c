//! The properties of the core: what holds for every input, checked on random ones. `PROPTEST_CASES` says on how many.
//!
//! What is promised in particular is in `tests/contracts`.
#[path = "../common/mod.rs"]
mod common;

mod accounting;
mod context;
mod deflate;
mod json;
mod msgpack;
mod records;
mod redact;
mod values;
mod workload;
