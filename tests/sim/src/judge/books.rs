//! Every entry and every batch of one client: what was accepted, what it must look like, and how it met its end.

use std::collections::{BTreeMap, BTreeSet};

use sapwood::core::stats::{Counters, counter};
use sapwood::core::time::{Millis, Now};

use super::Rules;
use super::others::Other;
use crate::sent::Sent;

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
pub(super) struct Known {
    pub(super) entry: Accepted,
    fate: Fate,
    /// The batch that it is in: its place in the order of first attempts.
    batch: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Batch {
    hash: u64,
    attempts: u64,
    failures: u32,
    entries: usize,
    beacon: bool,
    /// Others have taken its place.
    ended: bool,
    /// It was found too large.
    too_large: bool,
}

/// Entries are counted over so many seconds.
const RATE_WINDOW_S: u64 = 10;

/// After so many failures in a row a batch gives way to a smaller one.
const BREAKER_FAILURES: u32 = 5;
const PROBE_ENTRIES: usize = 10;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(super) instance: String,
    pub(super) known: BTreeMap<u64, Known>,
    /// Of others, by instance and number.
    pub(super) others: BTreeMap<(String, u64), Other>,
    /// How many of others were read: since when, by the wall clock of that moment, they had been in the store.
    pub(super) read: Vec<(Millis, u64)>,
    pub(super) batches: BTreeMap<String, Batch>,
    pub(super) numbers: u64,
    pub(super) accepted: u64,
    /// Of its own entries, and of others'.
    pub(super) delivered: [u64; 2],
    pub(super) unconfirmed: [u64; 2],
    /// Entries that are held or dropped, by how much they carry.
    pub(super) sizes: BTreeMap<usize, u64>,
    /// The highest own number that was sent; were any chosen out of order?
    pub(super) sent_upto: u64,
    pub(super) mixed: bool,
    pub(super) last_dropped: BTreeMap<String, u64>,
    /// The batches' ids, by number.
    pub(super) ids: BTreeMap<u64, String>,
    /// Every own number up to this has met its end.
    pub(super) ended_upto: u64,
}

impl Books {
    /// Of the client with this name.
    pub(crate) fn new(instance: String) -> Books {
        Books {
            instance,
            ..Books::default()
        }
    }

    pub(crate) fn accept(&mut self, entry: Accepted) {
        self.accepted += 1;
        *self.sizes.entry(entry.fill).or_default() += 1;
        let known = Known {
            entry,
            fate: Fate::Held,
            batch: None,
        };
        let seq = known.entry.seq;
        assert!(
            self.known.insert(seq, known).is_none(),
            "the workload uses a number twice"
        );
    }

    pub(crate) fn accepted_drops(&mut self, count: u64) {
        self.accepted += count;
    }

    /// The highest number.
    pub(crate) fn last(&self) -> u64 {
        self.known.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// Who the client is.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    /// Of each entry its number and its end.
    pub(crate) fn fates(&self) -> impl Iterator<Item = (u64, Fate)> + '_ {
        self.known.iter().map(|(seq, known)| (*seq, known.fate))
    }

    /// When an entry was logged.
    pub(crate) fn stamp(&self, seq: u64) -> Option<u64> {
        self.known.get(&seq).map(|known| known.entry.stamp)
    }

    /// Is this the client's own?
    pub(crate) fn is_own(&self, instance: &str) -> bool {
        instance == self.instance
    }

    /// Was there such a batch?
    pub(crate) fn has_batch(&self, id: &str) -> bool {
        self.batches.contains_key(id)
    }

    /// Has it not met its end, as far as one can know?
    pub(crate) fn is_held(&self, instance: &str, seq: u64) -> bool {
        let fate = if self.is_own(instance) {
            self.known.get(&seq).map(|known| known.fate)
        } else {
            self.others.get(&(instance.to_owned(), seq)).map(|other| other.fate)
        };
        fate == Some(Fate::Held)
    }

    /// A request is made: its batch is one that is known, or new.
    pub(crate) fn send(&mut self, now: Now, sent: &Sent, rules: &Rules, hidden: bool, failures: u32) {
        assert_eq!(sent.sent_at, now.unix, "wire: sentAt is the time of the attempt");
        self.order(sent);
        self.header(sent, hidden);
        for seq in sent.seqs() {
            assert!(
                self.is_held(&sent.instance, seq),
                "I7: {seq} is sent, and has met its end or never was"
            );
        }
        if let Some(batch) = self.batches.get_mut(&sent.id) {
            assert_eq!(batch.hash, sent.hash, "I8: {} names other bytes", sent.id);
            let ended = batch.ended || batch.too_large;
            assert!(!ended, "I8: {} was divided, and is sent again", sent.id);
            batch.attempts += 1;
            batch.beacon = sent.request.beacon;
            assert_eq!(sent.attempt, batch.attempts, "wire: attempts count up");
            return;
        }
        assert_eq!(sent.attempt, 1, "wire: attempts count up");
        self.numbers += 1;
        let number = self.numbers;
        let mut inherited = 0;
        self.mixed |= hidden;
        for (seq, text) in &sent.entries {
            match self.entry(&sent.instance, *seq, text, number, rules) {
                Some(before) => inherited = inherited.max(self.divide(*seq, before, failures, hidden)),
                None if self.is_own(&sent.instance) => self.in_order(*seq),
                None => {}
            }
        }
        let batch = Batch {
            hash: sent.hash,
            attempts: 1,
            failures: inherited,
            entries: sent.entries.len(),
            beacon: sent.request.beacon,
            ended: false,
            too_large: false,
        };
        self.batches.insert(sent.id.clone(), batch);
        self.ids.insert(number, sent.id.clone());
    }

    /// From now on entries need not go out in the order of the calls.
    pub(crate) fn mixes(&mut self, mixes: bool) {
        self.mixed |= mixes;
    }

    /// An entry goes out for the first time: those before it have, as long as no exit has chosen what matters most.
    fn in_order(&mut self, seq: u64) {
        assert!(
            self.mixed || seq > self.sent_upto,
            "I4: {seq} goes out after {}",
            self.sent_upto
        );
        self.sent_upto = self.sent_upto.max(seq);
    }

    /// An entry of this batch is in a new one: is there a reason for it? Its failures go along.
    fn divide(&mut self, seq: u64, number: u64, failures: u32, leaving: bool) -> u32 {
        let Some(batch) = self.ids.get(&number).and_then(|id| self.batches.get_mut(id)) else {
            return 0;
        };
        let probes = failures >= BREAKER_FAILURES && batch.entries > PROBE_ENTRIES;
        let shrinks = batch.beacon && batch.entries > 1;
        let divides = batch.too_large || batch.ended || (batch.failures > 0 && (probes || shrinks || leaving));
        assert!(divides, "I8: {seq} is in two batches at once");
        batch.ended = true;
        batch.failures
    }

    /// An entry that goes out for the first time in this batch; the one it was in before.
    fn entry(&mut self, instance: &str, seq: u64, text: &str, batch: u64, rules: &Rules) -> Option<u64> {
        if instance == self.instance {
            self.check(seq, text, rules);
            let known = self.known.get_mut(&seq).expect("it was checked");
            known.batch.replace(batch)
        } else {
            let other = self.others.get_mut(&(instance.to_owned(), seq)).expect("it is held");
            assert_eq!(&*other.text, text, "I8: {seq} of {instance} is not what was read");
            other.batch.replace(batch)
        }
    }

    /// An entry met its end.
    pub(crate) fn end(&mut self, instance: &str, seq: u64, fate: Fate) {
        let own = self.is_own(instance);
        let held = if own {
            let known = self.known.get_mut(&seq).expect("it was sent");
            *self.sizes.get_mut(&known.entry.fill).expect("it was accepted") -= 1;
            &mut known.fate
        } else {
            &mut self
                .others
                .get_mut(&(instance.to_owned(), seq))
                .expect("it was sent")
                .fate
        };
        assert_eq!(*held, Fate::Held, "I1: {seq} meets its end twice");
        *held = fate;
        match fate {
            Fate::Delivered => self.delivered[usize::from(!own)] += 1,
            Fate::Unconfirmed => self.unconfirmed[usize::from(!own)] += 1,
            Fate::Held | Fate::Refused => {}
        }
        while self
            .known
            .get(&(self.ended_upto + 1))
            .is_some_and(|known| known.fate != Fate::Held)
        {
            self.ended_upto += 1;
        }
    }

    /// The entries behind the first were refused for good.
    pub(crate) fn refuse(&mut self, sent: &Sent, taken: usize) {
        for (seq, _) in &sent.entries[taken..] {
            self.end(&sent.instance, *seq, Fate::Refused);
        }
    }

    /// The receiver finds a batch too large: its entries go on in others, or it was the last.
    pub(crate) fn too_large(&mut self, sent: &Sent) {
        let batch = self.batches.get_mut(&sent.id).expect("it was sent");
        batch.too_large = true;
        if let [(seq, _)] = &sent.entries[..] {
            self.end(&sent.instance, *seq, Fate::Refused);
        }
    }

    /// An attempt failed; how many of this batch have by now.
    pub(crate) fn failed(&mut self, sent: &Sent) -> u32 {
        let batch = self.batches.get_mut(&sent.id).expect("it was sent");
        batch.failures += 1;
        batch.failures
    }

    /// The counters tell what the books do.
    pub(crate) fn compare(&self, books: [&Counters; 2], in_flight: [u64; 2]) {
        assert_eq!(
            books[0][counter::ACCEPTED],
            self.accepted,
            "I1: accepted is what was handed over"
        );
        for (at, counters) in books.into_iter().enumerate() {
            let sum: u64 = counters[counter::DELIVERED..].iter().sum();
            assert_eq!(
                counters[counter::ACCEPTED],
                sum,
                "I1: the sum does not close: {counters:?}"
            );
            let told = [
                counters[counter::DELIVERED],
                counters[counter::UNCONFIRMED],
                counters[counter::IN_FLIGHT],
            ];
            let seen = [self.delivered[at], self.unconfirmed[at], in_flight[at]];
            assert_eq!(
                told, seen,
                "I1: delivered, unconfirmed, in flight as the client and the model have them"
            );
        }
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
        // What stands for others carries nothing.
        let bytes = if self.limited(rules) == 0 { bytes } else { 0 };
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
        let others = self.others.values().filter(|other| other.fate == Fate::Held);
        let others: usize = others.map(|other| other.text.len() + REST_BYTES).sum();
        self.sizes.iter().map(most).sum::<u64>() + others as u64 >= bound as u64
    }

    /// How many may have been left out by the rate limit: those past the first of a window.
    pub(crate) fn limited(&self, rules: &Rules) -> u64 {
        match u64::from(rules.rate_limit) {
            0 => 0,
            limit => self.known.len() as u64 - (limit * RATE_WINDOW_S).min(self.known.len() as u64),
        }
    }

    /// How many that are not known to have met their end were logged until then.
    pub(crate) fn older_than(&self, until: Millis) -> u64 {
        let old = |known: &&Known| known.entry.at <= until;
        self.held().filter(old).count() as u64
    }

    /// When the oldest was logged that has not met its end. Exact as long as nothing was dropped.
    pub(crate) fn oldest_held(&self) -> Option<Millis> {
        let mut held = self.held();
        held.next().map(|known| known.entry.at)
    }

    /// The oldest that has not met its end and is not among these.
    pub(crate) fn oldest_without(&self, covered: &BTreeSet<u64>) -> Option<(u64, Millis)> {
        let mut bare = self.held().filter(|known| !covered.contains(&known.entry.seq));
        bare.next().map(|known| (known.entry.seq, known.entry.at))
    }

    fn held(&self) -> impl Iterator<Item = &Known> {
        let open = self.known.range(self.ended_upto + 1..);
        open.map(|(_, known)| known).filter(|known| known.fate == Fate::Held)
    }
}
