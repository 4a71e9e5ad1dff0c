//! What the client sends, looked at as it is made: when, in what form, and with which entries.

use std::rc::Rc;

use sapwood::core::config::Consent;
use sapwood::core::limits::{BATCH_ENTRIES_MAX, KEEPALIVE_BYTES_MAX, REQUEST_BYTES_MAX};
use sapwood::core::time::Now;

use super::Judge;
use crate::sent::Sent;

impl Judge {
    /// A request is made.
    pub(crate) fn send(&mut self, now: Now, sent: &Rc<Sent>) {
        self.awake();
        let request = &sent.request;
        assert_eq!(self.seen.consent, Consent::Granted, "I13: sent without consent");
        assert!(!self.seen.closed, "I9: sent after the close was settled");
        assert!(
            !self.seen.stopped,
            "I7: sent after the receiver had stopped it for good"
        );
        assert!(!(self.rules.redacts && sent.leaks), "I13: sent unredacted");
        self.pace.send(now);
        assert!(self.last_request < Some(request.id), "a request's id names another one");
        self.last_request = Some(request.id);
        self.sent_at = Some(now.monotonic);
        self.form(sent);
        for seq in sent.seqs() {
            self.ledger.sends(&sent.instance, seq);
        }
        if let Some(record) = self.ledger.loaded.get(&sent.id) {
            assert_eq!(
                record.hash, sent.hash,
                "I8: {} names other bytes than its record",
                sent.id
            );
        }
        self.books
            .send(now, sent, &self.rules, self.seen.hidden, self.pace.failures());
        self.open.insert(request.id, (Rc::clone(sent), now.monotonic));
        // A page that is only in the background has one.
        let most = if self.seen.hidden && self.ledger.may_be_going(now) {
            2
        } else {
            1
        };
        assert!(self.open.len() <= most, "I2: {} requests in flight", self.open.len());
        let kept_alive = self.open.values().filter(|(sent, _)| sent.request.keepalive);
        let bytes: usize = kept_alive.map(|(sent, _)| sent.request.body.len()).sum();
        assert!(bytes <= KEEPALIVE_BYTES_MAX, "I2: {bytes} bytes of keepalive in flight");
    }

    /// The kind of request, and what its kind demands of the body.
    fn form(&self, sent: &Sent) {
        let request = &sent.request;
        let (bytes, entries) = (request.body.len(), sent.entries.len());
        assert!(bytes <= REQUEST_BYTES_MAX, "I2: a body of {bytes} bytes");
        // A frame at exit takes what there is.
        let most = if request.frame {
            BATCH_ENTRIES_MAX
        } else {
            self.rules.batch_entries
        };
        assert!(entries <= most, "I2: a batch of {entries} entries");
        let bound = self.rules.batch_bytes.max(KEEPALIVE_BYTES_MAX);
        assert!(entries == 1 || bytes <= bound, "I2: {bytes} bytes of several entries");
        assert!(!(request.beacon && request.keepalive), "it is one or the other");
        if request.beacon {
            assert!(self.seen.hidden, "a beacon from a page that is seen");
            assert!(bytes <= KEEPALIVE_BYTES_MAX, "I2: a beacon of {bytes} bytes");
        }
        let simple = self.rules.cross_origin && self.seen.hidden;
        assert_eq!(request.simple, simple, "a preflight at exit, or none before");
        let in_body = request.simple || request.beacon;
        let key = if in_body { &self.rules.key[..] } else { "" };
        assert_eq!(sent.key, key, "the key is not where it belongs");
    }

    /// The browser is to hold this back until the page is gone; `None`: nothing any more.
    pub(crate) fn later(&mut self, now: Now, sent: Option<&Sent>) {
        self.awake();
        self.held_back = sent.is_some();
        let Some(sent) = sent else {
            return;
        };
        let bytes = sent.request.body.len();
        assert!(bytes <= KEEPALIVE_BYTES_MAX, "I2: {bytes} bytes are to be held back");
        assert!(!(self.rules.redacts && sent.leaks), "I13: held back unredacted");
        assert_eq!(sent.key, self.rules.key, "the key is not where it belongs");
        let new = !self.books.has_batch(&sent.id) && !self.ledger.has(&sent.id);
        assert!(new, "I8: what is held back has the id of others");
        self.books.held_back(now, sent, &self.rules);
    }
}
