//! The driver for browsers and other places with `fetch`: turns the core's effects into requests, beacons, timers and
//! listeners, and what happens to them back into events. wasm32 only.
//!
//! Decides nothing about delivery. Tested by `tests/wasm` (Node) and `tests/browser` (Chromium).
pub mod clock;
pub mod driver;
pub mod fetch;
pub mod lifecycle;
pub mod object;
pub mod signal;
pub mod timer;
