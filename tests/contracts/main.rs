//! The contracts of the core: what `docs/` promises, one file a topic, one test a promise.
//!
//! Each drives a `Client` (`common::world`) and looks at its effects; after every event the judge holds the invariants
//! besides. Random workloads are in `tests/props`.
#[path = "../common/mod.rs"]
mod common;

mod accounting;
mod answers;
mod background;
mod boundary;
mod buffer;
mod context;
mod deflate;
mod delivery;
mod entries;
mod exit;
mod feedback;
mod flush;
mod found;
mod frames;
mod identity;

mod journal;
mod kept;
mod later;
mod leaving;
mod offline;
mod orphans;
mod privacy;
mod rate;
mod retry;
mod severity;
mod templates;
mod time;
mod typescript;
mod wire;
