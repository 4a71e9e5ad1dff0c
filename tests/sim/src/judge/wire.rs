//! What a batch and its entries must look like on the wire, and in the journal.

use sapwood::core::time::Now;

use super::Rules;
use super::books::Books;
use crate::sent::{Entry, Sent};

impl Books {
    /// The browser is to hold this back: own entries that have not met their end.
    pub(crate) fn held_back(&self, now: Now, sent: &Sent, rules: &Rules) {
        assert_eq!(sent.sent_at, now.unix, "wire: sentAt is the time of writing");
        assert!(self.is_own(&sent.instance), "I8: what is held back is another's");
        self.order(sent);
        for (seq, text) in &sent.entries {
            assert!(
                self.is_held(&sent.instance, *seq),
                "I7: {seq} is held back, and has met its end"
            );
            self.check(*seq, text, rules);
        }
    }

    /// What the header says of the instance.
    pub(super) fn header(&mut self, sent: &Sent, hidden: bool) {
        if !self.is_own(&sent.instance) {
            assert_eq!(sent.end, "", "wire: another's batch is not this page's last");
            return;
        }
        assert_eq!(sent.accepted, self.accepted, "wire: accepted is what was accepted");
        // What a beacon of the same moment has taken is told by the next.
        let unconfirmed = self.unconfirmed[0];
        assert!(
            sent.unconfirmed <= unconfirmed,
            "wire: {} unconfirmed, {unconfirmed} are",
            sent.unconfirmed
        );
        for (reason, count) in &self.last_dropped {
            let now = sent.dropped.get(reason).copied().unwrap_or(0);
            assert!(now >= *count, "I1: {reason} was {count} and is {now}");
        }
        self.last_dropped.clone_from(&sent.dropped);
        let last: &[&str] = if hidden { &["hide", "close"] } else { &["", "close"] };
        assert!(last.contains(&&sent.end[..]), "wire: final is `{}`", sent.end);
    }

    pub(super) fn order(&self, sent: &Sent) {
        assert!(!sent.entries.is_empty(), "a batch of nothing");
        let in_order = sent.entries.is_sorted_by(|(left, _), (right, _)| left < right);
        assert!(in_order, "I4: the order within a batch");
        assert_eq!(sent.seqs().next(), Some(sent.first), "wire: firstSeq");
        assert_eq!(sent.seqs().last(), Some(sent.last), "wire: lastSeq");
    }

    /// Is the text what must become of an own entry?
    pub(crate) fn check(&self, seq: u64, text: &str, rules: &Rules) {
        let known = self.known.get(&seq).expect("I1: an entry that nobody logged");
        let written: Entry =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("wire: an entry is JSON: {error}: {text}"));
        let entry = &known.entry;
        assert!(entry.writable, "I1: {seq} cannot be written, and was");
        assert_eq!(written.timestamp, entry.stamp, "I10: the time of {seq}");
        assert_eq!(written.level, entry.level, "wire: the level of {seq}");
        if written.repeated.is_some() {
            // It stands for others too, and carries nothing but what they have in common.
            let common = written.message == entry.message || written.message == "(rate limited)";
            assert!(
                common && written.data.is_none() && rules.rate_limit > 0,
                "wire: {seq} stands for others"
            );
            return;
        }
        assert_eq!(written.message, entry.message, "wire: the message of {seq}");
        let flow = written.flow_id.zip(written.step_index);
        assert_eq!(flow, entry.flow, "I4: the step of {seq}");
        let data = written.data.expect("wire: data");
        assert_eq!(data.fill.len(), entry.fill, "wire: the data of {seq}");
        if rules.redacts && entry.secret {
            assert_eq!(data.password, "[redacted]", "I13: a password of {seq}");
        }
    }
}
