//! A request that the client made, its body read by `serde_json`, a frame's by zlib before.
use std::io::Read;

use flate2::read::ZlibDecoder;
use sapwood::core::effect::Request;
use sapwood::core::time::Millis;
use serde_json::Value;

/// The instance that logged it, and its number there.
pub(crate) type Entry = (String, u64);

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// As the driver got it.
    pub(crate) request: Request,
    /// When, on the monotonic clock.
    pub(crate) at: Millis,
    /// The body as JSON text.
    pub(crate) text: String,
    /// The parsed body.
    pub(crate) body: Value,
}

impl Sent {
    /// Reads the body.
    ///
    /// # Panics
    /// If it is not of a form in wire.md, or not of the form that the request names.
    pub(crate) fn new(request: Request, at: Millis) -> Self {
        let text = match &request.body[..] {
            [b'S', b'A', b'P', b'1', 0b0100, stream @ ..] => {
                let mut text = String::new();
                let read = ZlibDecoder::new(stream).read_to_string(&mut text);
                read.expect("what is compressed is a text in a zlib stream");
                text
            }
            [b'S', b'A', b'P', b'1', 0, text @ ..] | text => String::from_utf8(text.to_vec()).expect("a body is UTF-8"),
        };
        assert_eq!(
            request.frame,
            request.body.starts_with(b"SAP1"),
            "the body is what the request says"
        );
        let body: Value = serde_json::from_str(&text).expect("a body is JSON");
        assert!(
            body["batch"].is_object() && body["logs"].is_array(),
            "not a batch: {body}"
        );
        Sent {
            request,
            at,
            text,
            body,
        }
    }

    /// A member of the batch's header; null if there is none.
    pub(crate) fn header(&self, name: &str) -> &Value {
        &self.body["batch"][name]
    }

    /// The batch's id.
    pub(crate) fn id(&self) -> &str {
        self.header("id").as_str().expect("a batch has an id")
    }

    /// The entries.
    pub(crate) fn logs(&self) -> &[Value] {
        self.body["logs"].as_array().expect("a batch has entries")
    }

    /// Their sequence numbers.
    pub(crate) fn seqs(&self) -> Vec<u64> {
        let seq = |entry: &Value| entry["seq"].as_u64().expect("an entry has a number");
        self.logs().iter().map(seq).collect()
    }

    /// The entries, by instance and sequence number.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let instance = self.header("instance").as_str().expect("a batch has an instance");
        self.seqs().into_iter().map(|seq| (instance.to_owned(), seq)).collect()
    }

    /// The bytes of the entries: what an id stands for.
    pub(crate) fn logs_text(&self) -> &str {
        let at = self.text.find("},\"logs\":[").expect("a batch has entries");
        &self.text[at..]
    }
}
