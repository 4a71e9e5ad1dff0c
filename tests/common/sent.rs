//! A request that the client made, its body read by `serde_json`.
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
    /// The parsed body.
    pub(crate) body: Value,
}

impl Sent {
    /// Reads the body.
    ///
    /// # Panics
    /// If it is not JSON of the form in wire.md.
    pub(crate) fn new(request: Request, at: Millis) -> Self {
        let body: Value = serde_json::from_slice(&request.body).expect("a body is JSON");
        assert!(
            body["batch"].is_object() && body["logs"].is_array(),
            "not a batch: {body}"
        );
        Sent { request, at, body }
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
        let text = str::from_utf8(&self.request.body).expect("a body is UTF-8");
        let at = text.find("},\"logs\":[").expect("a batch has entries");
        &text[at..]
    }
}
