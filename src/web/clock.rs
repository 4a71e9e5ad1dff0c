//! Owns the reading of clocks and of randomness: the only place where either enters.
use super::object::{call, get_global};
use crate::core::time::Now;

fn read(clock: &str) -> f64 {
    call(&get_global(clock), "now", &[])
        .and_then(|time| time.as_f64())
        .unwrap_or(0.0)
}

/// This moment on both clocks.
pub fn now() -> Now {
    Now {
        monotonic: read("performance") as u64,
        unix: read("Date") as u64,
    }
}

/// Sixteen random bytes; `None` where there is no source. Two loggers with one name would be taken for one by a
/// receiver that removes duplicates, so there is no weaker source instead.
pub fn seed() -> Option<[u8; 16]> {
    let mut seed = [0; 16];
    #[expect(clippy::disallowed_methods, reason = "this is where randomness enters")]
    let filled = getrandom::fill(&mut seed);
    filled.ok().map(|()| seed)
}
