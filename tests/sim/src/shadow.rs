//! The same client with a wall clock that does not jump: it hears what the first one hears, and wants the same but for times
//! (I10). What it writes to the journal it reads from there.

use std::collections::BTreeMap;

use sapwood::core::batch::Id;
use sapwood::core::client::Client;
use sapwood::core::effect::{Effect, Request};
use sapwood::core::event::{Event, Store};
use sapwood::core::time::Now;

/// Where the time of its writing is in a record: behind checksum, version and id, each with its length before it.
const TIME: std::ops::Range<usize> = 24..32;
/// Where the checksum is.
const CHECKSUM: std::ops::Range<usize> = 0..4;

/// So much of what differs is told.
const TOLD_CHARS: usize = 200;

/// See the module.
#[derive(Debug)]
pub(crate) struct Shadow {
    client: Client,
    /// By id, what the first one has written, and what this one has.
    records: BTreeMap<Id, (Vec<u8>, Vec<u8>)>,
}

impl Shadow {
    pub(crate) fn new(client: Client) -> Shadow {
        Shadow {
            client,
            records: BTreeMap::new(),
        }
    }

    pub(crate) fn handle(&mut self, now: Now, event: Event<'_>) {
        let event = match event {
            Event::Journal(Store::Loaded { id, bytes }) => {
                let own = self.records.get(&id).filter(|(first, _)| first == bytes);
                let bytes = own.map_or(bytes, |(_, own)| own);
                return self.client.handle(now, Event::Journal(Store::Loaded { id, bytes }));
            }
            event => event,
        };
        self.client.handle(now, event);
    }

    /// The first one wants this.
    ///
    /// # Panics
    /// If this one wants something else.
    pub(crate) fn poll(&mut self, first: Option<&Effect>) {
        let own = self.client.poll();
        if !is_same(first, own.as_ref()) {
            let told: String = format!("{own:?}").chars().take(TOLD_CHARS).collect();
            panic!("I10: with a wall clock that does not jump: {told}");
        }
        match (first, own) {
            (Some(Effect::Store { id, bytes }), Some(Effect::Store { bytes: own, .. })) => {
                self.records.insert(*id, (bytes.clone(), own));
            }
            (Some(Effect::Erase(id)), _) => drop(self.records.remove(id)),
            _ => {}
        }
    }
}

/// Do two effects differ in times at most?
fn is_same(left: Option<&Effect>, right: Option<&Effect>) -> bool {
    match (left, right) {
        (Some(Effect::Send(left)), Some(Effect::Send(right))) => {
            let (left_parts, right_parts) = (without_time(&left.body), without_time(&right.body));
            let flags = |request: &Request| {
                (
                    request.id,
                    request.keepalive,
                    request.beacon,
                    request.simple,
                    request.timeout_ms,
                )
            };
            left_parts == right_parts && flags(left) == flags(right)
        }
        (Some(Effect::Later(Some(left))), Some(Effect::Later(Some(right)))) => {
            without_time(left) == without_time(right)
        }
        (
            Some(Effect::Store { id, bytes }),
            Some(Effect::Store {
                id: other,
                bytes: others,
            }),
        ) => id == other && record_without_time(bytes) == record_without_time(others),
        (left, right) => left == right,
    }
}

/// A record with neither its time nor the checksum over it.
fn record_without_time(record: &[u8]) -> Vec<u8> {
    let mut record = record.to_vec();
    for range in [TIME, CHECKSUM] {
        record[range].fill(0);
    }
    record
}

/// A body before and behind the number of `sentAt`.
fn without_time(body: &[u8]) -> (&[u8], &[u8]) {
    const NAME: &[u8] = b"\"sentAt\":";
    let at = body.windows(NAME.len()).position(|bytes| bytes == NAME);
    let (before, behind) = body.split_at(at.map_or(0, |at| at + NAME.len()));
    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (before, &behind[digits..])
}
