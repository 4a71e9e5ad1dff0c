//! One client's life as bytes: what it was configured with, every event with its time and its bytes, and every poll.
//! [`Recorder`] writes it, [`replay`] lives it again and gives the hash of all effects.
//!
//! The simulator records; natively and in Node, as WebAssembly, the same record must give the same hash (I11). Nothing
//! of this is in the npm build. Tested by `tests/sim/replay.test.ts` and by every run of the simulator.

mod bytes;
mod effects;
mod events;
mod settings;
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
mod wasm;

use sapwood::core::client::Client;
use sapwood::core::config::Config;
use sapwood::core::event::Event;
use sapwood::core::time::Now;

use bytes::{Reader, put};
pub use effects::Hash;
pub use settings::{Setting, configure};

/// Polls, from one event to the next; then the event.
const POLLED: u64 = 0;

/// The source of every client.
const SOURCE: &str = "shop";

/// The configuration that a list of settings makes.
pub fn config(settings: &[(Setting, u64)]) -> Config {
    let mut config = Config::new(SOURCE, "test").expect("a source is given");
    for (setting, value) in settings {
        configure(&mut config, *setting, *value);
    }
    config
}

/// Writes a client's life.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    bytes: Vec<u8>,
    polls: u64,
}

impl Recorder {
    /// Of a client with this seed and these settings.
    pub fn new(seed: [u8; 16], settings: &[(Setting, u64)]) -> Self {
        let mut bytes = seed.to_vec();
        put(&mut bytes, settings.len() as u64);
        for (setting, value) in settings {
            put(&mut bytes, *setting as u64);
            put(&mut bytes, *value);
        }
        Recorder { bytes, polls: 0 }
    }

    /// It was given this event.
    pub fn handled(&mut self, now: Now, event: &Event<'_>) {
        self.flush();
        events::write(&mut self.bytes, now, event);
    }

    /// It was asked for an effect.
    pub fn polled(&mut self) {
        self.polls += 1;
    }

    /// The record.
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.bytes
    }

    fn flush(&mut self) {
        if self.polls > 0 {
            put(&mut self.bytes, POLLED);
            put(&mut self.bytes, self.polls);
            self.polls = 0;
        }
    }
}

/// Lives a record again; the hash of its effects.
///
/// # Panics
/// If it is no record.
pub fn replay(record: &[u8]) -> u64 {
    let mut reader = Reader::new(record);
    let seed: [u8; 16] = reader.take(16).try_into().expect("sixteen bytes");
    let mut settings = Vec::new();
    for _ in 0..reader.number() {
        settings.push((Setting::from_number(reader.number()), reader.number()));
    }
    let mut client = Client::new(config(&settings), seed);
    let mut hash = Hash::default();
    while !reader.is_empty() {
        let op = reader.number();
        if op == POLLED {
            for _ in 0..reader.number() {
                hash.effect(client.poll().as_ref());
            }
        } else {
            let (now, event) = events::read(op, &mut reader);
            client.handle(now, event);
        }
    }
    hash.value()
}

#[cfg(test)]
mod tests {
    use sapwood::core::event::{Answer, NO_ISSUES, Outcome, Store};

    use super::*;

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let outcome = |outcome| Event::Outcome { request: 3, outcome };
        let answer = Answer {
            status: 503,
            retry_after_ms: 70_000,
            count: 2,
            frames: true,
            issues: NO_ISSUES,
        };
        let id = [7; 16];
        let bytes = &[1, 2, 3][..];
        let events = [
            Event::Records { bytes, waited: 300 },
            Event::Flush {
                token: 1,
                timeout: 10_000,
                close: true,
            },
            Event::Visible(false),
            Event::Online(true),
            Event::Wake,
            outcome(Outcome::Failed),
            outcome(Outcome::Taken),
            outcome(Outcome::Answered(answer)),
            Event::Consent(sapwood::core::config::Consent::Denied),
            Event::Journal(Store::Open),
            Event::Journal(Store::Closed),
            Event::Journal(Store::Later),
            Event::Journal(Store::Stays),
            Event::Journal(Store::Stored(id)),
            Event::Journal(Store::Refused(id)),
            Event::Journal(Store::Orphan(id)),
            Event::Journal(Store::Spent(id)),
            Event::Journal(Store::Loaded { id, bytes }),
        ];
        for event in events {
            let now = Now {
                monotonic: 5,
                unix: 1 << 40,
            };
            let mut written = Vec::new();
            events::write(&mut written, now, &event);
            let mut reader = Reader::new(&written);
            let op = reader.number();
            assert_ne!(op, POLLED);
            let (at, read) = events::read(op, &mut reader);
            assert!(reader.is_empty(), "{event:?}");
            assert_eq!((at, format!("{read:?}")), (now, format!("{event:?}")));
        }
    }
}
