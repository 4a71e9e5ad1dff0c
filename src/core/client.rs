//! The client: one way in ([`Client::handle`]), one way out ([`Client::poll`]).
//!
//! Routes, and decides nothing else but whether it was woken far too late: intake, destinations and flushes each know
//! their own. The driving rule: one
//! event in, drain all effects, sleep until the one deadline, which is always the last effect of a drain (I6).
//!
//! To add a feature: give it a stage of its own, an event or a field of the configuration by which it is told, and
//! route it here. Tested by everything in `tests/contracts` and `tests/props`.
use alloc::vec::Vec;

use super::buffer::{Entries, Head};
use super::config::{Compress, Config, Consent};
use super::delivery;
use super::destination::Destination;
use super::effect::Effect;
use super::entry;
use super::error::Problem;
use super::event::{Event, Outcome, RequestId};
use super::fields::FLOW_ID;
use super::flush::{self, End, Flushes};
use super::journal;
use super::later;
use super::level::Level;
use super::limits::{ENTRY_BYTES_MAX, ENTRY_OVERHEAD_BYTES, EXIT_MS, SLEEP_MS};
use super::msgpack::Reader;
use super::random::Random;
use super::rate::{self, Rates, Verdict};
use super::record::{self, RawEntry, Values};
use super::schedule;
use super::state::{Phase, State};
use super::stats::{Counters, DROP_REASONS, DropReason, closes, counter};
use super::time::{Millis, Now};

/// The logging client of one logger instance.
///
/// ```
/// use sapwood::core::{client::Client, config::Config, effect::Effect, event::Event, time::Now};
///
/// let config = Config::new("web-shop", "production")?;
/// let mut client = Client::new(config, [7; 16]);
/// client.handle(Now { monotonic: 0, unix: 1_763_640_000_000 }, Event::Visible(true));
/// assert_eq!(client.poll(), Some(Effect::Sleep(u64::MAX)));
/// assert_eq!(client.poll(), None);
/// # Ok::<(), sapwood::core::error::ConfigError>(())
/// ```
#[derive(Debug)]
pub struct Client {
    state: State,
    destination: Destination,
    /// The highest sequence number seen; a flush covers what is up to it.
    last_seq: u64,
    last_status: u16,
    rates: Rates,
    /// The deadline: nothing was to be done before it.
    sleep_until: Millis,
}

impl Client {
    /// A client that has not done anything yet. Of the random `seed` the first eight bytes name the instance, the
    /// others spread the delays.
    pub fn new(config: Config, seed: [u8; 16]) -> Self {
        let seed = u128::from_be_bytes(seed);
        let mut client = Client {
            destination: Destination::new(),
            last_seq: 0,
            last_status: 0,
            rates: Rates::default(),
            sleep_until: Millis::MAX,
            state: State {
                now: Now { monotonic: 0, unix: 0 },
                instance: ((seed >> 64) as u64).to_be_bytes(),
                phase: Phase::Open,
                consent: config.consent,
                hidden: false,
                online: true,
                accepted: 0,
                flushes: Flushes::default(),
                random: Random::new(seed as u64),
                next_request: 0,
                next_batch: 0,
                effects: Vec::new(),
                config,
            },
        };
        if client.state.config.compress == Compress::Always {
            delivery::use_frames(&mut client.destination, &mut client.state);
        }
        client
    }

    /// Something happened at `now`. What is to be done stands behind what has not been polled yet.
    pub fn handle(&mut self, now: Now, event: Event<'_>) {
        self.state.now = now;
        // The page or the machine slept: what failed while it did says nothing of the network, and everything has its
        // attempt before its age is held against it.
        let slept = now.monotonic > self.sleep_until.saturating_add(SLEEP_MS);
        if slept {
            self.destination.backoff.forget();
        }
        match event {
            Event::Outcome {
                outcome: Outcome::Failed,
                ..
            } if slept => {}
            event => self.route(event),
        }
        if slept {
            self.destination.journal.be_patient(now);
            self.destination.requeue_flights();
        }
        delivery::pump(&mut self.destination, &mut self.state);
        self.settle();
        journal::pump(&mut self.destination, &mut self.state);
        later::pump(&mut self.destination, &mut self.state);
        while let Some((at, count)) = self.destination.take_untold() {
            self.state.effects.push(Effect::Dropped {
                reason: DROP_REASONS[at],
                count,
            });
        }
        self.sleep_until = self.deadline();
        self.state.effects.push(Effect::Sleep(self.sleep_until));
        debug_assert!(closes(&self.counters()), "I1: {:?}", self.counters());
        debug_assert!(closes(&self.recovered()), "I1: {:?}", self.recovered());
    }

    /// The next thing to do; `None` after [`Effect::Sleep`].
    pub fn poll(&mut self) -> Option<Effect> {
        if self.state.effects.is_empty() {
            None
        } else {
            Some(self.state.effects.remove(0))
        }
    }

    /// The counters.
    pub fn counters(&self) -> Counters {
        self.destination.counters(self.state.accepted)
    }

    /// The counters of entries of earlier pages, which were read from the journal.
    pub fn recovered(&self) -> Counters {
        self.destination.recovered()
    }

    /// Bytes of the browser's keepalive quota that the requests in flight hold.
    pub fn quota_used(&self) -> usize {
        self.destination.quota_used()
    }

    /// So many bytes of that quota are held by other loggers of the page. Told before an event; it counts from the next one on.
    pub fn set_others_quota(&mut self, bytes: usize) {
        self.destination.others_quota = bytes;
    }

    /// Has a close been settled? Then only late answers are of interest.
    pub fn is_closed(&self) -> bool {
        self.state.phase == Phase::Closed
    }

    fn route(&mut self, event: Event<'_>) {
        match event {
            Event::Records { bytes, waited } => self.records(bytes, waited),
            Event::Flush { token, timeout, close } => self.flush(token, timeout, close),
            Event::Visible(visible) => {
                self.state.hidden = !visible;
                let destination = &mut self.destination;
                // While nothing comes through, leaving is no reason to try.
                let goes = !visible && !destination.is_blocked();
                destination.exit_until = if goes { self.state.now.after(EXIT_MS) } else { 0 };
                if visible {
                    delivery::seen(destination, &self.state);
                }
                later::hurry(destination);
                // A refusal of long ago says nothing of this moment.
                destination.keepalive_refused = false;
                destination.journal.be_patient(self.state.now);
                destination.leaving_until = if visible { 0 } else { self.state.now.after(EXIT_MS) };
                destination.journal.stays = false;
                destination.journal.scan |= visible;
            }
            Event::Restored => {
                delivery::restored(&mut self.destination, &self.state);
                self.destination.journal.restored();
            }
            Event::Online(online) => self.online(online),
            Event::Wake => {}
            Event::Outcome { request, outcome } => self.outcome(request, outcome),
            Event::Consent(consent) => {
                if self.state.consent != consent {
                    // What has waited for it has its attempt first.
                    self.destination.backoff.forget();
                }
                self.state.consent = consent;
                if consent == Consent::Denied {
                    // Nothing is kept, nor what was logged how often.
                    self.rates = Rates::default();
                }
            }
            Event::Journal(event) => journal::handle(&mut self.destination, event, &mut self.state),
        }
    }

    /// An outcome that nobody waits for any more is ignored (I9).
    fn outcome(&mut self, request: RequestId, outcome: Outcome) {
        let Some(batch) = self.destination.land(request) else {
            return;
        };
        let (destination, state) = (&mut self.destination, &mut self.state);
        if state.hidden {
            later::hurry(destination);
        }
        match outcome {
            Outcome::Answered(answer) => {
                self.last_status = answer.status;
                delivery::answered(destination, batch, &answer, state);
            }
            Outcome::Failed => delivery::failed(destination, batch, state),
            Outcome::Taken => {
                destination.keepalive_refused = false;
                destination.beacons_free |= batch.beyond_quota;
                destination.end_batch(&batch, End::Unconfirmed, &mut state.flushes);
            }
        }
    }

    fn records(&mut self, bytes: &[u8], waited: Millis) {
        let mut scopes: Vec<Values<'_>> = Vec::new();
        self.rates.update(&mut self.destination.buffer);
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            match reader.unsigned() {
                record::ENTRY => {
                    let mut raw = RawEntry::read(&mut reader);
                    if !reader.failed() {
                        let scope = scopes.get(raw.scope);
                        self.entry(&mut raw, scope, waited);
                    }
                }
                record::SCOPE => scopes.push(Values::read(&mut reader)),
                record::DROP => {
                    let (reason, count) = (reader.unsigned() as usize, reader.unsigned());
                    self.state.accepted += count;
                    let reason = DROP_REASONS.get(reason).copied().unwrap_or(DropReason::CoreFailed);
                    // The façade has told the application itself.
                    self.destination.count_drops(reason, count, true, false);
                }
                record::RESOURCE => {
                    self.state.config.resource = reader.string().to_vec();
                }
                _ => reader.fail(),
            }
        }
        self.rates.update(&mut self.destination.buffer);
        if reader.failed() {
            // Nothing behind the failure can be trusted, not even how many entries there were.
            self.state.report(Problem::Internal, 0);
        }
    }

    fn entry(&mut self, raw: &mut RawEntry<'_>, scope: Option<&Values<'_>>, waited: Millis) {
        self.state.accepted += 1;
        self.last_seq = self.last_seq.max(raw.seq);
        if let Some(reason) = self.refusal() {
            return self.destination.count_drops(reason, 1, false, false);
        }
        let (config, now) = (&self.state.config, self.state.now.monotonic);
        let accepted_at = now.saturating_sub(waited);
        let verdict = self.rates.judge(raw, now, accepted_at, config.rate_limit);
        if verdict == Verdict::LeaveOut {
            return self.destination.count_drops(DropReason::RateLimited, 1, false, false);
        }
        let Entries { heads, text } = &mut self.destination.buffer;
        let start = text.len();
        let none = Values::default();
        let scope = scope.filter(|_| verdict == Verdict::Keep).unwrap_or(&none);
        let level = entry::write(text, raw, scope, config);
        if verdict == Verdict::Summary && level.is_some() {
            rate::write_number(text);
        }
        let bytes = text.len() - start;
        let in_flow = !raw.values.get(FLOW_ID).is_empty() || !scope.get(FLOW_ID).is_empty();
        let reason = match level {
            None => DropReason::Unserialisable,
            Some(_) if bytes > ENTRY_BYTES_MAX => DropReason::TooLarge,
            // It goes alone, and takes nothing with it that has room.
            Some(_) if bytes + ENTRY_OVERHEAD_BYTES > config.buffer_bytes => DropReason::BufferFull,
            Some(level) => {
                heads.push(Head {
                    seq: raw.seq,
                    accepted_at,
                    bytes,
                    level,
                    rank: if in_flow { level.max(Level::Warn) } else { level },
                });
                return self.destination.bound(config.buffer_bytes, &mut self.state.flushes);
            }
        };
        text.truncate(start);
        self.destination.count_drops(reason, 1, false, false);
    }

    /// Why nothing is taken at all at present.
    fn refusal(&self) -> Option<DropReason> {
        if self.is_closed() {
            Some(DropReason::Closed)
        } else if self.state.consent == Consent::Denied {
            Some(DropReason::Consent)
        } else if self.destination.stopped {
            Some(DropReason::Rejected)
        } else {
            None
        }
    }

    fn drop_held(&mut self, reason: DropReason) {
        self.destination.drop_held(Millis::MAX, reason, &mut self.state.flushes);
    }

    fn flush(&mut self, token: u32, timeout: Millis, close: bool) {
        if close && self.state.phase == Phase::Open {
            self.state.phase = Phase::Closing(token);
        }
        let counters = self.counters();
        let open = counters[counter::BUFFERED] + counters[counter::IN_FLIGHT] + counters[counter::STORED];
        self.state
            .flushes
            .add(token, self.last_seq, open, self.state.now.after(timeout), close);
    }

    fn online(&mut self, online: bool) {
        self.state.online = online;
        if online {
            self.destination.backoff.forget();
            self.destination.journal.scan = true;
        } else {
            let until = self.state.now.after(self.state.config.retry.max_delay_ms);
            self.destination.backoff.hold(until);
        }
    }

    /// Drops what has become hopeless, and answers the flushes that are done.
    fn settle(&mut self) {
        let now = self.state.now.monotonic;
        // Nothing can be sent without consent, so there is nothing to wait for.
        let hopeless = self.state.consent != Consent::Granted;
        if let Phase::Closing(token) = self.state.phase
            && self.state.flushes.is_done(token, now, hopeless)
        {
            self.state.phase = Phase::Closed;
        }
        // What came back from a request has no place to wait any more.
        if let Some(reason) = self.refusal() {
            self.drop_held(reason);
        }
        while let Some((token, outcome)) = self.state.flushes.take_done(now, hopeless) {
            let outcome = flush::Outcome {
                last_status: self.last_status,
                ..outcome
            };
            self.state.effects.push(Effect::Settle { token, outcome });
        }
    }

    fn deadline(&self) -> Millis {
        let delivery = schedule::deadline(&self.destination, &self.state);
        delivery
            .min(journal::deadline(&self.destination, &self.state))
            .min(later::deadline(&self.destination, &self.state))
            .min(self.state.flushes.deadline())
            .max(self.state.now.monotonic)
    }
}
