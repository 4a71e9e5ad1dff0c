//! How requests end, as the client hears of it, and what that means for their entries.

use sapwood::core::event::{Answer, Outcome, RequestId};
use sapwood::core::time::Now;

use super::{Fate, Judge};
use crate::sent::Sent;

impl Judge {
    /// The client is told how a request ended. What is late is of no interest to it, and to nobody.
    pub(super) fn outcome(&mut self, now: Now, request: RequestId, outcome: &Outcome, slept: bool) {
        if slept && matches!(outcome, Outcome::Failed) {
            return;
        }
        let Some((sent, _)) = self.open.remove(&request) else {
            return;
        };
        match *outcome {
            Outcome::Failed => self.failed(now, &sent),
            Outcome::Taken => self.end(&sent, sent.entries.len(), Fate::Unconfirmed),
            Outcome::Answered(answer) => self.answered(now, &sent, answer),
        }
    }

    fn answered(&mut self, now: Now, sent: &Sent, answer: Answer) {
        let Answer {
            status,
            retry_after_ms,
            count,
            ..
        } = answer;
        match status {
            // Nobody knows how it went.
            0 => self.failed(now, sent),
            200..=299 => {
                self.pace.forget();
                self.end(sent, sent.entries.len(), Fate::Delivered);
            }
            408 | 429 | 500..=599 => {
                self.pace.server(now, retry_after_ms);
                self.failed(now, sent);
            }
            413 => {
                self.books.too_large(sent);
                if sent.entries.len() == 1 {
                    self.drops.too_large += 1;
                }
            }
            _ => {
                let stops = matches!(status, 401 | 403);
                self.seen.stopped |= stops;
                self.drops.stopped |= stops;
                self.pace.forget();
                let taken = if stops {
                    0
                } else {
                    (count as usize).min(sent.entries.len())
                };
                self.end(sent, taken, Fate::Delivered);
                self.books.refuse(sent, taken);
                self.drops.refused += (sent.entries.len() - taken) as u64;
            }
        }
    }

    /// The first entries of a batch met their end.
    fn end(&mut self, sent: &Sent, count: usize, fate: Fate) {
        for (seq, _) in &sent.entries[..count] {
            self.books.end(&sent.instance, *seq, fate);
            if self.books.is_own(&sent.instance) {
                self.flushes.note(*seq, fate);
            }
        }
    }

    pub(super) fn failed(&mut self, now: Now, sent: &Sent) {
        let failures = self.books.failed(sent);
        if self.rules.max_retries.is_some_and(|max| failures > max) {
            self.drops.exhausted += sent.entries.len() as u64;
        }
        let going = self.ledger.may_be_going(now);
        // A browser refuses only what is to outlive the page.
        let refused = going && sent.request.keepalive;
        self.pace
            .failed(&self.rules, self.seen.online && !refused, !self.seen.online || going);
    }
}
