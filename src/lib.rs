//! Sapwood: a logging client for browsers and edge runtimes that loses nothing silently.
//!
//! A map of the modules, in the order in which an entry passes:
//!
//! | where | what |
//! |---|---|
//! | `js/src` | the façade: level gate, snapshot, tape (TypeScript, not in this crate) |
//! | [`core`] | entry → context → redaction → buffer → batch → encoding → delivery; no IO |
//! | `web` | the driver: turns effects into `fetch`, `sendBeacon`, timers and listeners (wasm32 only) |
//! | `wasm` | what the façade calls (wasm32 with the feature `npm`) |
//! | `logger` | `Logger`, for Rust apps (feature `logger`) |
//! | `memory` | the one module that may touch memory (wasm32 with the feature `npm`) |
//!
//! An app that is written in Rust begins at `Logger`, which the feature `logger` brings.
#![cfg_attr(all(target_arch = "wasm32", feature = "npm", not(feature = "logger")), no_std)]

extern crate alloc;

pub mod core;
#[cfg(feature = "logger")]
pub mod logger;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
#[allow(unsafe_code)]
mod memory;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
pub mod wasm;
#[cfg(target_arch = "wasm32")]
pub mod web;

#[cfg(feature = "logger")]
pub use crate::core::{config::Consent, level::Level, stats::DropReason};
#[cfg(feature = "logger")]
pub use logger::{Builder, Error, FlushResult, Stats};
#[cfg(all(target_arch = "wasm32", feature = "logger"))]
pub use logger::{Flow, Logger};
