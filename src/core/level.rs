//! Owns the six levels and their OpenTelemetry severity numbers. Tested by `tests/contracts/entries.rs`.

/// How severe an entry is. The discriminant is the OpenTelemetry severity number of the first of its range.
///
/// ```
/// use sapwood::core::level::Level;
/// assert_eq!(Level::Warn as u8, 13);
/// assert_eq!(Level::from_severity(13), Some(Level::Warn));
/// assert_eq!(Level::Warn.name(), "warn");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
// As wide as a word, so that what holds one has no padding to be copied piece by piece.
#[repr(u32)]
pub enum Level {
    /// Finer than debugging.
    Trace = 1,
    /// For whoever debugs.
    Debug = 5,
    /// Something normal happened.
    Info = 9,
    /// Something unexpected that was coped with.
    Warn = 13,
    /// Something failed.
    Error = 17,
    /// The application cannot go on.
    Fatal = 21,
}

/// How many levels there are.
pub const LEVEL_COUNT: usize = 6;

impl Level {
    /// All levels, least severe first.
    pub const ALL: [Level; LEVEL_COUNT] = [
        Level::Trace,
        Level::Debug,
        Level::Info,
        Level::Warn,
        Level::Error,
        Level::Fatal,
    ];

    /// The level with exactly this severity number; `None` for any other number.
    pub fn from_severity(severity: u64) -> Option<Level> {
        Level::ALL.into_iter().find(|level| *level as u64 == severity)
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        static NAMES: [&str; LEVEL_COUNT] = ["trace", "debug", "info", "warn", "error", "fatal"];
        // 1, 5, 9 … 21: the severity numbers are four apart.
        NAMES[self as usize >> 2]
    }
}
