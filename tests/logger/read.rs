//! Reads what the logger has written as the core does, and what the core has made of it with `serde_json`.
use std::rc::Rc;

use sapwood::core::client::Client;
use sapwood::core::config::{Compress, Config};
use sapwood::core::effect::Effect;
use sapwood::core::event::Event;
use sapwood::core::json::write_value;
use sapwood::core::level::Level;
use sapwood::core::msgpack::Reader;
use sapwood::core::redact::Policy;
use sapwood::core::time::Now;
use sapwood::logger::scope::Fields;
use sapwood::logger::tape::{Call, Tape};
use serde_json::Value;

/// One value, which must be whole and alone.
pub(crate) fn json(packed: &[u8]) -> Value {
    let mut reader = Reader::new(packed);
    let mut out = Vec::new();
    write_value(&mut reader, &mut out, &Policy::new(false), 0).expect("the core reads it");
    assert!(reader.is_empty() && !reader.failed(), "it is one value");
    serde_json::from_slice(&out).expect("the core writes JSON")
}

/// What a receiver gets of operations: the body of the first request.
pub(crate) fn sent(operations: &[&[u8]]) -> Value {
    let mut config = Config::new("shop", "test").expect("a source is given");
    config.compress = Compress::Never;
    let mut client = Client::new(config, [7; 16]);
    let now = Now {
        monotonic: 1_000,
        unix: 1_763_640_000_000,
    };
    for bytes in operations {
        client.handle(now, Event::Records { bytes, waited: 0 });
    }
    let flush = Event::Flush {
        token: 1,
        timeout: 10,
        close: false,
    };
    client.handle(now, flush);
    while let Some(effect) = client.poll() {
        match effect {
            Effect::Send(request) => return serde_json::from_slice(&request.body).expect("it is JSON"),
            Effect::Report { problem, .. } => panic!("the core could not read it: {problem:?}"),
            _ => {}
        }
    }
    panic!("nothing was sent")
}

/// The entry that a call with these fields becomes.
pub(crate) fn entry(scope: &Fields, call: &Call) -> Value {
    let mut tape = Tape::default();
    tape.log(1, Level::Info, 1_763_640_000_123, &Rc::clone(scope), call);
    sent(&[tape.bytes()])["logs"][0].take()
}
