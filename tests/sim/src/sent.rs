//! A request's body, read by `serde_json`: what a receiver sees of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use sapwood::core::effect::Request;
use sapwood::core::event::RequestId;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What no request may carry: it is planted where redaction must find it.
pub(crate) const SECRET: &str = "S3CR3T";

/// See the module.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) request: Request,
    pub(crate) id: String,
    pub(crate) instance: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) attempt: u64,
    pub(crate) accepted: u64,
    pub(crate) unconfirmed: u64,
    pub(crate) sent_at: u64,
    pub(crate) key: String,
    pub(crate) end: String,
    pub(crate) dropped: BTreeMap<String, u64>,
    /// Of each entry its number and its text.
    pub(crate) entries: Vec<(u64, Box<str>)>,
    /// Of all entries' bytes.
    pub(crate) hash: u64,
    /// Is what was planted in it?
    pub(crate) leaks: bool,
}

#[derive(Deserialize)]
struct Body<'a> {
    batch: Batch,
    #[serde(borrow)]
    logs: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    id: String,
    instance: String,
    first_seq: u64,
    last_seq: u64,
    sent_at: u64,
    attempt: u64,
    accepted: u64,
    #[serde(default)]
    unconfirmed: u64,
    dropped: BTreeMap<String, u64>,
    #[serde(default)]
    key: String,
    #[serde(default)]
    r#final: String,
}

#[derive(Deserialize)]
struct Numbered {
    seq: u64,
}

/// An entry as a receiver reads it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) timestamp: u64,
    pub(crate) level: String,
    pub(crate) message: String,
    pub(crate) flow_id: Option<String>,
    pub(crate) step_index: Option<u32>,
    pub(crate) data: Option<Data>,
    /// It stands for so many others.
    pub(crate) repeated: Option<u64>,
}

/// The data that the workload logs.
#[derive(Debug, Deserialize)]
pub(crate) struct Data {
    pub(crate) fill: String,
    #[serde(default)]
    pub(crate) password: String,
}

impl Sent {
    /// # Panics
    /// If the body is not what wire.md says.
    pub(crate) fn new(request: Request) -> Self {
        let plain = unpacked(&request.body);
        let body: Body<'_> = serde_json::from_slice(&plain).expect("wire: a body is a batch as JSON");
        let mut hasher = DefaultHasher::new();
        let entries: Vec<(u64, Box<str>)> = body
            .logs
            .iter()
            .map(|entry| {
                entry.get().hash(&mut hasher);
                let numbered: Numbered = serde_json::from_str(entry.get()).expect("wire: an entry has a number");
                (numbered.seq, entry.get().into())
            })
            .collect();
        let Batch {
            id,
            instance,
            first_seq: first,
            last_seq: last,
            sent_at,
            attempt,
            accepted,
            unconfirmed,
            dropped,
            key,
            r#final: end,
        } = body.batch;
        Sent {
            id,
            instance,
            first,
            last,
            attempt,
            accepted,
            unconfirmed,
            sent_at,
            key,
            end,
            dropped,
            entries,
            hash: hasher.finish(),
            leaks: contains(&plain, SECRET.as_bytes()),
            request,
        }
    }

    /// A body that the browser holds back, which has no other request around it.
    pub(crate) fn held_back(body: Vec<u8>) -> Self {
        Sent::new(Request {
            id: RequestId::MAX,
            body,
            keepalive: false,
            beacon: false,
            frame: false,
            simple: true,
            timeout_ms: 0,
        })
    }

    pub(crate) fn seqs(&self) -> impl Iterator<Item = u64> + '_ {
        self.entries.iter().map(|(seq, _)| *seq)
    }

    /// For the trace.
    pub(crate) fn summary(&self) -> String {
        let kind = match (self.request.beacon, self.request.keepalive) {
            (true, _) => "beacon",
            (_, true) => "keepalive",
            _ => "fetch",
        };
        format!(
            "#{} {kind} {} bytes, batch …{} attempt {}, {} entries {}–{} {}",
            self.request.id,
            self.request.body.len(),
            &self.id[self.id.len().saturating_sub(4)..],
            self.attempt,
            self.entries.len(),
            self.first,
            self.last,
            self.end,
        )
    }
}

/// What is in a frame (wire.md), or the body as it is.
fn unpacked(body: &[u8]) -> Cow<'_, [u8]> {
    let Some(frame) = body.strip_prefix(b"SAP1") else {
        return Cow::Borrowed(body);
    };
    match frame.split_first() {
        Some((0, plain)) => Cow::Borrowed(plain),
        Some((4, zlib)) => {
            let mut plain = Vec::new();
            let read = ZlibDecoder::new(zlib).read_to_end(&mut plain);
            read.expect("wire: a frame holds a zlib stream");
            Cow::Owned(plain)
        }
        other => panic!("wire: a frame of an unknown kind: {:?}", other.map(|(flags, _)| flags)),
    }
}

/// Is `needle` somewhere in `bytes`?
pub(crate) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        rest = &rest[at..];
        if rest.starts_with(needle) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
