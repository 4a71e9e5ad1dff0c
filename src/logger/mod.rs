//! `Logger`, for apps that are written in Rust and compiled to WebAssembly (feature `logger`).
//!
//! The same core and driver as under the npm package; the façade's part is done here, in Rust: values are copied at the
//! call, in the MessagePack subset of `docs/boundary.md`, and handed to the core in an idle moment. What does not know
//! JavaScript compiles natively as well and is tested there; `web` is wasm32 only.
//!
//! | file | what |
//! |---|---|
//! | `builder` | options, their bounds, the configuration that they make |
//! | `value` | any `Serialize` as bounded MessagePack; `writer` knows the bounds |
//! | `failure` | Rust errors, taken apart |
//! | `scope` | what rides on every entry of a logger |
//! | `place` | names and ids of flows, and how one travels |
//! | `tape` | entries that wait, as operations |
//! | `web` | the logger itself |
//!
//! Invariants: nothing here panics, and no call but `Builder::build` can fail; every accepted entry is on the tape, in
//! the core, or counted under a reason; user code (a `Serialize`, a callback) runs while nothing is borrowed.
//! Tested by `tests/logger` (natively) and `tests/rust` (in Node).
#![cfg_attr(
    target_arch = "wasm32",
    doc = concat!("\n```rust,ignore\n", include_str!("example.rs"), "```")
)]
#![forbid(unsafe_code)]

mod builder;
mod error;
mod failure;
mod outcome;
#[doc(hidden)]
pub mod place;
#[doc(hidden)]
pub mod scope;
#[doc(hidden)]
pub mod tape;
#[doc(hidden)]
pub mod value;
#[cfg(target_arch = "wasm32")]
mod web;
mod writer;

pub use builder::Builder;
pub use error::Error;
#[doc(hidden)]
pub use failure::parts;
pub use outcome::{FlushResult, Stats};
#[cfg(target_arch = "wasm32")]
pub use web::{Flow, Flush, Logger};
