//! Owns what all stages of delivery know and share: the configuration, the time of the event at hand, the state of
//! page, network and consent, the flushes, and the effects that collect until they are polled.
//!
//! Decides nothing; `client` writes it and `delivery` works by it.
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::batch::{Batch, Id, Origin};
use super::buffer::Entries;
use super::config::{Config, Consent};
use super::effect::Effect;
use super::error::Problem;
use super::event::RequestId;
use super::flush::Flushes;
use super::random::Random;
use super::time::Now;

/// Whether the logger is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is.
    Open,
    /// The close with this token has not been settled.
    Closing(u32),
    /// Nothing is taken and nothing is sent any more.
    Closed,
}

/// See the module.
#[derive(Debug)]
pub struct State {
    /// The configuration; its resource changes with the page's address.
    pub config: Config,
    /// Names this logger instance.
    pub instance: [u8; 8],
    /// The time of the event at hand.
    pub now: Now,
    /// See [`Phase`].
    pub phase: Phase,
    /// May anything leave?
    pub consent: Consent,
    /// Is the page hidden?
    pub hidden: bool,
    /// Is the network said to be there?
    pub online: bool,
    /// Entries accepted so far.
    pub accepted: u64,
    /// Flushes that wait.
    pub flushes: Flushes,
    /// For jitter.
    pub random: Random,
    /// The next request's name.
    pub next_request: RequestId,
    /// The last batch's number.
    pub next_batch: u64,
    /// What is to be done.
    pub effects: Vec<Effect>,
}

impl State {
    /// May requests be made at all?
    pub fn may_send(&self) -> bool {
        self.consent == Consent::Granted && self.phase != Phase::Closed
    }

    /// An id of its own for a batch or a record.
    pub fn id(&mut self) -> Id {
        self.next_batch += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.instance);
        id[8..].copy_from_slice(&self.next_batch.to_be_bytes());
        id
    }

    /// A batch with an id of its own.
    pub fn batch(&mut self, entries: Entries, origin: Option<Rc<Origin>>) -> Box<Batch> {
        Box::new(Batch::new(self.id(), origin, entries))
    }

    /// Tells the application of a problem.
    pub fn report(&mut self, problem: Problem, status: u16) {
        self.effects.push(Effect::Report { problem, status });
    }
}
