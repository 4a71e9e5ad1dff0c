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
