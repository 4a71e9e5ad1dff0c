//! The invariants of the design, held after every event, from what can be seen outside of the client.
//!
//! It keeps its own books: what was delivered, taken by a beacon and is in flight follows from requests and answers,
//! and must be what the client counts. Each assertion names its invariant.
use std::collections::{BTreeMap, BTreeSet};

use sapwood::core::batch::Id;
use sapwood::core::client::Client;
use sapwood::core::config::{Compress, Config, Consent};
use sapwood::core::effect::Effect;
use sapwood::core::encode::stored;
use sapwood::core::event::{Answer, Event, Outcome, RequestId, Store};
use sapwood::core::flush;
use sapwood::core::limits::{EXIT_MS, KEEPALIVE_BYTES_MAX, REQUEST_BYTES_MAX, RESTORED_MS, RETRY_AFTER_MS_MAX};
use sapwood::core::stats::{DROP_REASON_COUNT, DropReason, closes, counter};
use sapwood::core::time::{Millis, Now};

use super::sent::{Entry, Sent};

/// See the module.
#[derive(Debug)]
pub(crate) struct Judge {
    timeout: Millis,
    cross_origin: bool,
    api_key: String,
    compress: Compress,
    /// Are frames to be sent?
    frames: bool,
    consent: Consent,
    hidden: bool,
    closed: bool,
    /// Not answered, not late; by request, with the time it began.
    open: BTreeMap<RequestId, Sent>,
    last_request: Option<RequestId>,
    /// What each batch id stands for, and its attempts.
    batches: BTreeMap<String, (String, u64)>,
    /// Sequence numbers that a destination has confirmed or refused for good.
    over: BTreeSet<Entry>,
    /// Of this instance, and of earlier pages.
    delivered: [u64; 2],
    /// A record of this instance was found to be gone: another page has sent it.
    pub(crate) gone: bool,
    unconfirmed: [u64; 2],
    instance: String,
    /// What is in each record that was ever written.
    records: BTreeMap<Id, BTreeSet<Entry>>,
    /// What was erased without having been delivered, refused or taken: it must have been dropped.
    erased: BTreeSet<Entry>,
    /// The page may be going until then, and is not known to stay.
    quiet_until: Millis,
    /// The server does not want to be asked before.
    server_until: Millis,
    /// Flushes that wait, with the entries they cover.
    flushes: BTreeMap<u32, u64>,
    /// Drops that the application was told of, and those of the façade, which it told itself.
    told: [u64; DROP_REASON_COUNT],
}

impl Judge {
    /// Of a client with this configuration and seed.
    pub(crate) fn new(config: &Config, seed: [u8; 16]) -> Self {
        Judge {
            timeout: config.timeout_ms,
            cross_origin: config.cross_origin,
            api_key: String::from_utf8(config.api_key.clone()).expect("a key is text"),
            compress: config.compress,
            frames: config.compress == Compress::Always,
            consent: config.consent,
            hidden: false,
            closed: false,
            open: BTreeMap::new(),
            last_request: None,
            batches: BTreeMap::new(),
            over: BTreeSet::new(),
            delivered: [0; 2],
            gone: false,
            unconfirmed: [0; 2],
            instance: hex(&seed)[..16].to_owned(),
            records: BTreeMap::new(),
            erased: BTreeSet::new(),
            quiet_until: 0,
            server_until: 0,
            flushes: BTreeMap::new(),
            told: [0; DROP_REASON_COUNT],
        }
    }

    /// Requests not answered and not late, oldest first.
    pub(crate) fn open(&self) -> Vec<RequestId> {
        self.open.keys().copied().collect()
    }

    /// Flushes that have not been answered.
    pub(crate) fn waiting_flushes(&self) -> usize {
        self.flushes.len()
    }

    /// Before the client hears of it.
    pub(crate) fn event(&mut self, now: Now, event: &Event<'_>, client: &Client) {
        self.closed = client.is_closed();
        match event {
            Event::Visible(visible) => {
                self.hidden = !visible;
                self.quiet_until = if *visible { 0 } else { now.after(EXIT_MS) };
            }
            Event::Journal(Store::Stays) => self.quiet_until = 0,
            Event::Consent(consent) => self.consent = *consent,
            Event::Flush { token, .. } => {
                let counters = client.counters();
                let held = counters[counter::BUFFERED] + counters[counter::IN_FLIGHT] + counters[counter::STORED];
                assert_eq!(self.flushes.insert(*token, held), None, "the test uses a token twice");
            }
            Event::Outcome { request, outcome } => {
                if let Some(sent) = self.open.remove(request) {
                    self.outcome(now, &sent, outcome);
                }
            }
            Event::Restored => {
                let latest = now.after(RESTORED_MS).saturating_sub(self.timeout);
                self.open.values_mut().for_each(|sent| sent.at = sent.at.min(latest));
            }
            Event::Records { .. } | Event::Online(_) | Event::Wake | Event::Journal(_) => {}
        }
        let timeout = self.timeout;
        self.open
            .retain(|_, sent| sent.at.saturating_add(timeout) > now.monotonic);
    }

    fn outcome(&mut self, now: Now, sent: &Sent, outcome: &Outcome) {
        if let Outcome::Answered(Answer { frames: true, .. }) = outcome {
            self.frames |= self.compress == Compress::Auto;
        }
        let seqs = sent.entries();
        let book = usize::from(sent.header("instance") != &self.instance[..]);
        match *outcome {
            Outcome::Failed => {}
            Outcome::Taken => {
                self.unconfirmed[book] += seqs.len() as u64;
                // It may be sent again from the journal, but not by this client.
                self.over.extend(seqs);
            }
            Outcome::Answered(Answer {
                status,
                retry_after_ms,
                count,
                issues,
                ..
            }) => match status {
                200..=299 => {
                    self.delivered[book] += seqs.len() as u64;
                    self.over.extend(seqs);
                }
                408 | 429 | 500..=599 => {
                    let until = now.after(retry_after_ms.min(RETRY_AFTER_MS_MAX));
                    self.server_until = self.server_until.max(until);
                }
                413 => {}
                401 | 403 => self.over.extend(seqs),
                _ => {
                    let (faulty, others): (Vec<_>, Vec<_>) =
                        (0..).zip(seqs).partition(|(place, _)| issues.contains(place));
                    let is_whole = faulty.is_empty() || count >= others.len() as u64;
                    self.over.extend(faulty.into_iter().map(|(_, entry)| entry));
                    if is_whole {
                        self.delivered[book] += count.min(others.len() as u64);
                        self.over.extend(others.into_iter().map(|(_, entry)| entry));
                    }
                }
            },
        }
    }

    /// A request is made.
    pub(crate) fn send(&mut self, sent: &Sent) {
        // The first thing that a client sends is its own, unless the test says otherwise.
        let (request, at) = (&sent.request, sent.at);
        assert_eq!(self.consent, Consent::Granted, "I13: sent without consent");
        assert!(!self.closed, "I9: sent after the close");
        assert!(at >= self.server_until, "I3: sent before the server's Retry-After");
        assert!(self.last_request < Some(request.id), "a request's id names another one");
        self.last_request = Some(request.id);
        self.frame(sent);
        self.entries(sent);
        self.open.insert(request.id, sent.clone());
        let most = if self.hidden { 2 } else { 1 };
        assert!(self.open.len() <= most, "{} requests in flight", self.open.len());
        let kept_alive = self.open.values().filter(|other| other.request.keepalive);
        let bytes: usize = kept_alive.map(|other| other.request.body.len()).sum();
        assert!(
            bytes <= KEEPALIVE_BYTES_MAX,
            "I2: {bytes} bytes with keepalive in flight"
        );
    }

    /// The kind of request, and what its kind demands of the body.
    fn frame(&self, sent: &Sent) {
        let request = &sent.request;
        assert!(
            request.body.len() <= REQUEST_BYTES_MAX,
            "I2: a body of {}",
            request.body.len()
        );
        assert_eq!(
            request.simple,
            self.cross_origin && self.hidden,
            "a preflight at exit, or none before"
        );
        assert_eq!(
            request.frame, self.frames,
            "a frame for whom reads them, and for nobody else"
        );
        assert!(!(request.beacon && request.keepalive), "it is one or the other");
        if request.beacon {
            assert!(self.hidden, "a beacon from a page that is seen");
            assert!(request.body.len() <= KEEPALIVE_BYTES_MAX, "I2: a beacon too large");
        }
        let key = sent.header("key").as_str().unwrap_or_default();
        let in_body = request.simple || request.beacon;
        assert_eq!(
            key,
            if in_body { &self.api_key[..] } else { "" },
            "the key is where it belongs"
        );
    }

    fn entries(&mut self, sent: &Sent) {
        let seqs = sent.seqs();
        assert!(!seqs.is_empty(), "a batch of nothing");
        assert!(
            seqs.is_sorted_by(|left, right| left < right),
            "I4: order within a batch: {seqs:?}"
        );
        assert_eq!(sent.header("firstSeq").as_u64(), seqs.first().copied());
        assert_eq!(sent.header("lastSeq").as_u64(), seqs.last().copied());
        let entries = sent.entries();
        let again: Vec<_> = entries.iter().filter(|entry| self.over.contains(entry)).collect();
        assert!(again.is_empty(), "sent again after its end: {again:?}");
        let text = sent.logs_text().to_owned();
        let (known, attempts) = self.batches.entry(sent.id().to_owned()).or_insert((text.clone(), 0));
        assert_eq!(*known, text, "I8: an id names other bytes");
        *attempts += 1;
        assert_eq!(sent.header("attempt").as_u64(), Some(*attempts), "attempts count up");
    }

    /// A flush is answered.
    pub(crate) fn settle(&mut self, token: u32, outcome: &flush::Outcome) {
        let covered = self
            .flushes
            .remove(&token)
            .expect("I5: settled twice, or never asked for");
        let told = outcome.delivered + outcome.pending + outcome.dropped;
        assert_eq!(told, covered, "a flush tells of every entry it covers: {outcome:?}");
    }

    /// The application is told of drops.
    pub(crate) fn told(&mut self, reason: DropReason, count: u64) {
        assert!(count > 0, "told of nothing");
        self.told[reason as usize] += count;
    }

    /// The façade hands over drops that it has told of itself.
    pub(crate) fn told_by_facade(&mut self, reason: usize, count: u64) {
        self.told[reason] += count;
    }

    /// Something is done to the store, which holds these records.
    pub(crate) fn store(&mut self, now: Now, effect: &Effect, store: &BTreeMap<Id, Vec<u8>>) {
        assert!(
            now.monotonic >= self.quiet_until,
            "a transaction while the page may be going"
        );
        if let Effect::Store { id, bytes } = effect {
            assert_eq!(self.consent, Consent::Granted, "I13: stored without consent");
            assert!(!self.batches.contains_key(&hex(id)), "I8: it is the id of a batch");
            let entries = entries_of(id, bytes, now);
            assert!(!entries.is_empty(), "a record of nothing");
            assert_eq!(
                self.records.insert(*id, entries),
                None,
                "I8: a record's id is used twice"
            );
        }
        if let Effect::Erase(id) = effect {
            let elsewhere = store.keys().filter(|other| *other != id);
            let safe: BTreeSet<_> = elsewhere
                .filter_map(|other| self.records.get(other))
                .flatten()
                .collect();
            for entry in self.records.get(id).into_iter().flatten() {
                if !self.over.contains(entry) && !safe.contains(entry) {
                    self.erased.insert(entry.clone());
                }
            }
        }
    }

    /// After all effects of an event.
    pub(crate) fn rest(&self, now: Now, sleep: Millis, client: &Client) {
        let (counters, recovered) = (&client.counters(), &client.recovered());
        assert!(closes(counters), "I1: {counters:?}");
        assert!(closes(recovered), "I1: {recovered:?}");
        assert!(
            sleep > now.monotonic,
            "I6: to be woken at {sleep}, which is not after {}",
            now.monotonic
        );
        for (book, counters) in [counters, recovered].into_iter().enumerate() {
            assert_eq!(
                counters[counter::DELIVERED],
                self.delivered[book],
                "delivered is what was confirmed"
            );
            let beyond = counters[counter::UNCONFIRMED].checked_sub(self.unconfirmed[book]);
            let beyond = beyond.expect("unconfirmed is what beacons took");
            assert!(
                beyond == 0 || self.gone && book == 0,
                "{beyond} are unconfirmed without a cause"
            );
        }
        let in_flight: usize = self.open.values().map(|sent| sent.logs().len()).sum();
        assert_eq!(
            counters[counter::IN_FLIGHT] + recovered[counter::IN_FLIGHT],
            in_flight as u64,
            "in flight is what is not answered"
        );
        let dropped = counters[counter::DROPPED..].iter().zip(&recovered[counter::DROPPED..]);
        let dropped: Vec<u64> = dropped.map(|(own, others)| own + others).collect();
        assert_eq!(&dropped[..], &self.told[..], "the application hears of every drop");
        let lost = dropped.iter().sum::<u64>();
        assert!(
            self.erased.len() as u64 <= lost,
            "I7: erased before their end: {:?}",
            self.erased
        );
    }
}

fn hex(id: &Id) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is in a record.
fn entries_of(id: &Id, bytes: &[u8], now: Now) -> BTreeSet<Entry> {
    let (batch, _) = stored::read(bytes, id, now).expect("a record can be read");
    let instance = hex(id)[..16].to_owned();
    let heads = batch.entries.heads.iter();
    heads.map(|head| (instance.clone(), head.seq)).collect()
}
