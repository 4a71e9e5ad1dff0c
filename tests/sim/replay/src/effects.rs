//! The hash of effects: every number and every byte of each, in order.

use sapwood::core::effect::{Effect, Request};

/// FNV-1a, 64 bits: short, and the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    /// What was polled, nothing included.
    pub fn effect(&mut self, effect: Option<&Effect>) {
        match effect {
            None => self.numbers(&[0]),
            Some(Effect::Send(request)) => self.request(request),
            Some(Effect::Settle { token, outcome }) => self.numbers(&[
                2,
                u64::from(*token),
                outcome.delivered,
                outcome.pending,
                outcome.dropped,
                u64::from(outcome.last_status),
            ]),
            Some(Effect::Report { problem, status }) => self.numbers(&[3, *problem as u64, u64::from(*status)]),
            Some(Effect::Dropped { reason, count }) => self.numbers(&[4, *reason as u64, *count]),
            Some(Effect::Sleep(until)) => self.numbers(&[5, *until]),
            Some(Effect::Store { id, bytes }) => {
                self.numbers(&[6]);
                self.bytes(id);
                self.bytes(bytes);
            }
            Some(Effect::Erase(id)) => {
                self.numbers(&[7]);
                self.bytes(id);
            }
            Some(Effect::Load(id)) => {
                self.numbers(&[8]);
                self.bytes(id);
            }
            Some(Effect::Scan) => self.numbers(&[9]),
            Some(Effect::Release) => self.numbers(&[11]),
            Some(Effect::Later(body)) => {
                self.numbers(&[10, u64::from(body.is_some())]);
                self.bytes(body.as_deref().unwrap_or_default());
            }
        }
    }

    /// What another client did.
    pub fn join(&mut self, other: Hash) {
        self.numbers(&[other.0]);
    }

    /// The hash so far.
    pub fn value(self) -> u64 {
        self.0
    }

    fn request(&mut self, request: &Request) {
        let flags = [request.keepalive, request.beacon, request.simple, request.frame].map(u64::from);
        self.numbers(&[1, u64::from(request.id), request.timeout_ms]);
        self.numbers(&flags);
        self.bytes(&request.body);
    }

    fn numbers(&mut self, numbers: &[u64]) {
        for number in numbers {
            self.bytes(&number.to_le_bytes());
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}
