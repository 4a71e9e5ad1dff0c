//! What the native tests share: a world that drives a client with virtual time, and a judge that looks at every step.
//!
//! Owns no test. `records` writes what the façade would hand over, `world` plays the browser, the network and the
//! clock, `sent` reads what was sent with a parser and a decompressor nobody here wrote, `judge` holds the invariants.
#![allow(dead_code, reason = "each test target uses a part of it")]

pub(crate) mod judge;
pub(crate) mod msgpack;
pub(crate) mod noise;
pub(crate) mod records;
pub(crate) mod sent;
pub(crate) mod world;
