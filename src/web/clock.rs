//! Owns the reading of clocks and of randomness: the only place where either enters.
use super::object::{call, get_global};
use crate::core::time::Now;

fn read(clock: &str) -> Option<f64> {
    call(&get_global(clock), "now", &[]).and_then(|time| time.as_f64())
}

/// This moment on both clocks. Where there is no monotonic one, the wall clock has to do.
pub fn now() -> Now {
    let unix = read("Date").unwrap_or(0.0);
    let monotonic = read("performance").unwrap_or(unix);
    Now {
        monotonic: monotonic as u64,
        unix: unix as u64,
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
