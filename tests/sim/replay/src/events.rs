//! Events as bytes. The match in [`write`] is what breaks when an event is added; [`read`] is its mirror.

use sapwood::core::config::Consent;
use sapwood::core::event::{Answer, Event, NO_ISSUES, Outcome, Store};
use sapwood::core::time::Now;

use crate::bytes::{Reader, put, put_bytes};

/// Appends an event and its time. No event has the number 0.
pub(crate) fn write(out: &mut Vec<u8>, now: Now, event: &Event<'_>) {
    put(out, number(event));
    put(out, now.monotonic);
    put(out, now.unix);
    match event {
        Event::Records { bytes, waited } => {
            put(out, *waited);
            put_bytes(out, bytes);
        }
        Event::Flush { token, timeout, close } => {
            put(out, u64::from(*token));
            put(out, *timeout);
            put(out, u64::from(*close));
        }
        Event::Visible(truth) | Event::Online(truth) => put(out, u64::from(*truth)),
        Event::Wake | Event::Restored => {}
        Event::Outcome { request, outcome } => {
            put(out, u64::from(*request));
            match outcome {
                Outcome::Failed => put(out, 0),
                Outcome::Taken => put(out, 1),
                Outcome::Answered(answer) => {
                    put(out, 2);
                    put(out, u64::from(answer.status));
                    put(out, answer.retry_after_ms);
                    put(out, answer.count);
                    put(out, u64::from(answer.frames));
                }
            }
        }
        Event::Consent(consent) => put(out, *consent as u64),
        Event::Journal(store) => write_store(out, store),
    }
}

fn write_store(out: &mut Vec<u8>, store: &Store<'_>) {
    match store {
        Store::Open => put(out, 0),
        Store::Closed => put(out, 1),
        Store::Later => put(out, 6),
        Store::Stays => put(out, 8),
        Store::Stored(id) => {
            put(out, 2);
            out.extend_from_slice(id);
        }
        Store::Refused(id) => {
            put(out, 3);
            out.extend_from_slice(id);
        }
        Store::Orphan(id) => {
            put(out, 4);
            out.extend_from_slice(id);
        }
        Store::Spent(id) => {
            put(out, 7);
            out.extend_from_slice(id);
        }
        Store::Loaded { id, bytes } => {
            put(out, 5);
            out.extend_from_slice(id);
            put_bytes(out, bytes);
        }
    }
}

fn number(event: &Event<'_>) -> u64 {
    match event {
        Event::Records { .. } => 1,
        Event::Flush { .. } => 2,
        Event::Visible(_) => 3,
        Event::Online(_) => 4,
        Event::Wake => 5,
        Event::Outcome { .. } => 6,
        Event::Consent(_) => 7,
        Event::Journal(_) => 8,
        Event::Restored => 9,
    }
}

/// Reads what stands behind its number.
pub(crate) fn read<'a>(number: u64, from: &mut Reader<'a>) -> (Now, Event<'a>) {
    let now = Now {
        monotonic: from.number(),
        unix: from.number(),
    };
    let event = match number {
        1 => {
            let waited = from.number();
            Event::Records {
                bytes: from.bytes(),
                waited,
            }
        }
        2 => Event::Flush {
            token: from.number() as u32,
            timeout: from.number(),
            close: from.number() != 0,
        },
        3 => Event::Visible(from.number() != 0),
        4 => Event::Online(from.number() != 0),
        5 => Event::Wake,
        6 => Event::Outcome {
            request: from.number() as u32,
            outcome: outcome(from),
        },
        7 => Event::Consent(Consent::from_number(from.number())),
        8 => Event::Journal(store(from)),
        9 => Event::Restored,
        other => panic!("no event has the number {other}"),
    };
    (now, event)
}

fn outcome(from: &mut Reader<'_>) -> Outcome {
    match from.number() {
        0 => Outcome::Failed,
        1 => Outcome::Taken,
        _ => Outcome::Answered(Answer {
            status: from.number() as u16,
            retry_after_ms: from.number(),
            count: from.number(),
            frames: from.number() != 0,
            issues: NO_ISSUES,
        }),
    }
}

fn store<'a>(from: &mut Reader<'a>) -> Store<'a> {
    let kind = from.number();
    if kind == 0 {
        return Store::Open;
    }
    if kind == 1 {
        return Store::Closed;
    }
    if kind == 6 {
        return Store::Later;
    }
    if kind == 8 {
        return Store::Stays;
    }
    let id = from.take(16).try_into().expect("sixteen bytes");
    match kind {
        2 => Store::Stored(id),
        3 => Store::Refused(id),
        4 => Store::Orphan(id),
        7 => Store::Spent(id),
        _ => Store::Loaded {
            id,
            bytes: from.bytes(),
        },
    }
}
