//! Every entry and every batch of one client: what was accepted, what it must look like, and how it met its end.

use std::collections::BTreeMap;

use sapwood::core::stats::{Counters, counter};
use sapwood::core::time::{Millis, Now};

use super::Rules;
use crate::sent::{Entry, Sent};

/// How an entry met its end, as far as the model knows: which entries were dropped, only the client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Held,
    Delivered,
    Unconfirmed,
    Refused,
}

/// An entry that the façade handed over.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) seq: u64,
    pub(crate) stamp: u64,
    pub(crate) level: &'static str,
    pub(crate) message: String,
    pub(crate) fill: usize,
    pub(crate) secret: bool,
    pub(crate) flow: Option<(String, u32)>,
    pub(crate) at: Millis,
    /// Can it be written at all?
    pub(crate) writable: bool,
}

#[derive(Debug)]
struct Known {
    entry: Accepted,
    fate: Fate,
    /// The batch that it is in: its place in the order of first attempts.
    batch: Option<u64>,
}

#[derive(Debug)]
struct Batch {
    number: u64,
    hash: u64,
    attempts: u64,
    failures: u32,
    /// It was found too large: others take its place.
    ended: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Books {
    known: BTreeMap<u64, Known>,
    batches: BTreeMap<String, Batch>,
    instance: Option<String>,
    accepted: u64,
    delivered: u64,
    unconfirmed: u64,
    /// Entries that are held or dropped, by how much they carry.
    sizes: BTreeMap<usize, u64>,
    last_dropped: BTreeMap<String, u64>,
    /// Batches that were found too large, by number.
    ended: std::collections::BTreeSet<u64>,
}

impl Books {
    pub(crate) fn accept(&mut self, entry: Accepted) {
        self.accepted += 1;
        *self.sizes.entry(entry.fill).or_default() += 1;
        let known = Known {
            entry,
            fate: Fate::Held,
            batch: None,
        };
        let seq = known.entry.seq;
        assert!(self.known.insert(seq, known).is_none(), "the workload uses a number twice");
    }

    pub(crate) fn accepted_drops(&mut self, count: u64) {
        self.accepted += count;
    }

    /// The highest number.
    pub(crate) fn last(&self) -> u64 {
        self.known.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// Who the client says it is, once it has said so.
    pub(crate) fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// Of each entry its number and its end.
    pub(crate) fn fates(&self) -> impl Iterator<Item = (u64, Fate)> + '_ {
        self.known.iter().map(|(seq, known)| (*seq, known.fate))
    }

    /// When an entry was logged.
    pub(crate) fn stamp(&self, seq: u64) -> Option<u64> {
        self.known.get(&seq).map(|known| known.entry.stamp)
    }

    /// A request is made: its batch is one that is known, or new.
    pub(crate) fn send(&mut self, now: Now, sent: &Sent, rules: &Rules, hidden: bool) {
        assert_eq!(sent.sent_at, now.unix, "wire: sentAt is the time of the attempt");
        assert_eq!(sent.accepted, self.accepted, "wire: accepted is what was accepted");
        assert_eq!(self.instance.get_or_insert(sent.instance.clone()), &sent.instance, "I8: another instance");
        self.order(sent);
        for (reason, count) in &self.last_dropped {
            let now = sent.dropped.get(reason).copied().unwrap_or(0);
            assert!(now >= *count, "I1: {reason} was {count} and is {now}");
        }
        self.last_dropped.clone_from(&sent.dropped);
        if let Some(batch) = self.batches.get_mut(&sent.id) {
            assert_eq!(batch.hash, sent.hash, "I8: {} names other bytes", sent.id);
            assert!(!batch.ended, "I8: {} was divided, and is sent again", sent.id);
            batch.attempts += 1;
            assert_eq!(sent.attempt, batch.attempts, "wire: attempts count up");
            for seq in sent.seqs() {
                let fate = self.known[&seq].fate;
                assert_eq!(fate, Fate::Held, "I7: {seq} is sent again after its end");
            }
            return;
        }
        assert_eq!(sent.attempt, 1, "wire: attempts count up");
        let number = self.batches.len() as u64;
        for (seq, text) in &sent.entries {
            self.entry(*seq, text, number, rules);
        }
        let batch = Batch {
            number,
            hash: sent.hash,
            attempts: 1,
            failures: 0,
            ended: false,
        };
        self.batches.insert(sent.id.clone(), batch);
        let last: &[&str] = if hidden { &["hide", "close"] } else { &["", "close"] };
        assert!(last.contains(&&sent.end[..]), "wire: final is `{}`", sent.end);
    }

    fn order(&self, sent: &Sent) {
        assert!(!sent.entries.is_empty(), "a batch of nothing");
        let in_order = sent.entries.is_sorted_by(|(left, _), (right, _)| left < right);
        assert!(in_order, "I4: the order within a batch");
        assert_eq!(sent.seqs().next(), Some(sent.first), "wire: firstSeq");
        assert_eq!(sent.seqs().last(), Some(sent.last), "wire: lastSeq");
    }

    /// An entry that goes out for the first time in this batch.
    fn entry(&mut self, seq: u64, text: &str, batch: u64, rules: &Rules) {
        let known = self.known.get_mut(&seq).expect("I1: an entry that nobody logged");
        assert_eq!(known.fate, Fate::Held, "I7: {seq} is sent again after its end");
        let before = known.batch.replace(batch);
        assert!(
            before.is_none_or(|before| self.ended.contains(&before)),
            "I8: {seq} is in two batches at once"
        );
        let written: Entry = serde_json::from_str(text).expect("wire: an entry is JSON");
        let entry = &known.entry;
        assert!(entry.writable, "I1: {seq} cannot be written, and was");
        assert_eq!(written.timestamp, entry.stamp, "I10: the time of {seq}");
        assert_eq!(written.level, entry.level, "wire: the level of {seq}");
        assert_eq!(written.message, entry.message, "wire: the message of {seq}");
        let flow = written.flow_id.zip(written.step_index);
        assert_eq!(flow, entry.flow, "I4: the step of {seq}");
        let data = written.data.expect("wire: data");
        assert_eq!(data.fill.len(), entry.fill, "wire: the data of {seq}");
        if rules.redacts && entry.secret {
            assert_eq!(data.password, "[redacted]", "I13: a password of {seq}");
        }
    }

    /// An entry met its end.
    pub(crate) fn end(&mut self, seq: u64, fate: Fate) {
        let known = self.known.get_mut(&seq).expect("it was sent");
        assert_eq!(known.fate, Fate::Held, "I1: {seq} meets its end twice");
        known.fate = fate;
        match fate {
            Fate::Delivered => self.delivered += 1,
            Fate::Unconfirmed => self.unconfirmed += 1,
            Fate::Held | Fate::Refused => {}
        }
        *self.sizes.get_mut(&known.entry.fill).expect("it was accepted") -= 1;
    }

    /// The entries behind the first were refused for good.
    pub(crate) fn refuse(&mut self, sent: &Sent, taken: usize) {
        for (seq, _) in &sent.entries[taken..] {
            self.end(*seq, Fate::Refused);
        }
    }

    /// The receiver finds a batch too large: its entries go on in others, or it was the last.
    pub(crate) fn too_large(&mut self, sent: &Sent) {
        let batch = self.batches.get_mut(&sent.id).expect("it was sent");
        batch.ended = true;
        self.ended.insert(batch.number);
        if let [(seq, _)] = &sent.entries[..] {
            self.end(*seq, Fate::Refused);
        }
    }

    /// An attempt failed; how many of this batch have by now.
    pub(crate) fn failed(&mut self, sent: &Sent) -> u32 {
        let batch = self.batches.get_mut(&sent.id).expect("it was sent");
        batch.failures += 1;
        batch.failures
    }

    /// The counters tell what the books do.
    pub(crate) fn compare(&self, counters: &Counters, in_flight: u64) {
        assert_eq!(counters[counter::ACCEPTED], self.accepted, "I1: accepted is what was handed over");
        assert_eq!(counters[counter::DELIVERED], self.delivered, "I1: delivered is what was confirmed");
        assert_eq!(counters[counter::UNCONFIRMED], self.unconfirmed, "I1: unconfirmed is what beacons took");
        assert_eq!(counters[counter::IN_FLIGHT], in_flight, "I1: in flight is what is not answered");
    }

    /// So many are held: even if they were the smallest, they must be within the bound of memory.
    pub(crate) fn bound(&self, held: u64, rules: &Rules) {
        let (mut left, mut bytes) = (held, 0);
        for (fill, count) in &self.sizes {
            let these = left.min(*count);
            bytes += these * *fill as u64;
            left -= these;
        }
        assert_eq!(left, 0, "I1: more are held than there can be");
        assert!(
            bytes <= rules.buffer_bytes as u64,
            "I2: at least {bytes} bytes are held, and {} may be",
            rules.buffer_bytes
        );
    }

    /// Could what is held, or dropped, fill the memory?
    pub(crate) fn fills(&self, bound: usize) -> bool {
        /// What an entry can cost at most beside what it carries, its head included.
        const REST_BYTES: usize = 600;
        let most = |(fill, count): (&usize, &u64)| (fill + REST_BYTES) as u64 * count;
        self.sizes.iter().map(most).sum::<u64>() >= bound as u64
    }

    /// How many that are not known to have met their end were logged until then.
    pub(crate) fn older_than(&self, until: Millis) -> u64 {
        let old = |known: &&Known| known.fate == Fate::Held && known.entry.at <= until;
        self.known.values().filter(old).count() as u64
    }

    /// When the oldest was logged that has not met its end. Exact as long as nothing was dropped.
    pub(crate) fn oldest_held(&self) -> Option<Millis> {
        let mut held = self.known.values().filter(|known| known.fate == Fate::Held);
        held.next().map(|known| known.entry.at)
    }
}
