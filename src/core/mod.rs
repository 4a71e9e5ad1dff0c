//! The core: everything Sapwood decides, and nothing it touches.
//!
//! Sans-IO. [`client::Client`] takes an [`event::Event`] with the time it happened and answers with
//! [`effect::Effect`]s; there is no clock, randomness, network, storage or callback in here. The modules stand in
//! the order in which an entry passes through them.
//!
//! Invariants are those of `docs/architecture.md` (I1–I13). Tested natively by `tests/contracts` and `tests/props`.
#![forbid(unsafe_code)]

// What everything rests on.
pub mod error;
pub mod json;
pub mod level;
pub mod limits;
pub mod msgpack;
pub mod random;
pub mod stats;
pub mod time;

// In: configuration and what the application logged.
pub mod config;
pub mod context;
pub mod entry;
pub mod fields;
pub mod rate;
pub mod record;
pub mod redact;
pub mod template;

// Held, cut, written, delivered.
pub mod batch;
pub mod buffer;
pub mod deflate;
pub mod delivery;
pub mod destination;
pub mod encode;
pub mod flush;
pub mod journal;
pub mod journal_read;
pub mod journal_write;
pub mod later;
pub mod retry;
pub mod schedule;

// The one way in and the one way out.
pub mod client;
pub mod effect;
pub mod event;
pub mod state;
