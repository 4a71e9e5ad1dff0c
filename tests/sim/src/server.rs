//! The receiver: takes batches, keeps entries by (instance, seq) and by batch id, and now and then forgets, refuses,
//! answers late or wrongly. What it keeps is compared with what was accepted, entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::Seen;
use crate::rng::Rng;
use crate::sent::Sent;

/// What it is like at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Answers after some seconds, or after minutes.
    Slow,
    /// 500, 503, 408, with or without a word of when to come again.
    Failing,
    /// 429 with `Retry-After`.
    Busy,
    /// Keeps the entries and says that it failed.
    Lying,
    /// Says that it has kept what it has not.
    Forgetful,
    /// 400: takes the first entries, or none.
    Picky,
    /// 413 past a size.
    Narrow,
    /// 413, whatever it gets.
    Shut,
    /// Statuses that nobody expects.
    Odd,
    /// 401 or 403.
    Locked,
}

/// In the order of the plan's indices. What ends a client for good stands once.
pub(crate) const MOODS: [Mood; 12] = [
    Mood::Well,
    Mood::Well,
    Mood::Slow,
    Mood::Failing,
    Mood::Busy,
    Mood::Lying,
    Mood::Forgetful,
    Mood::Picky,
    Mood::Narrow,
    Mood::Shut,
    Mood::Odd,
    Mood::Locked,
];

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after_ms: u64,
    /// `count` of the body.
    pub(crate) count: u64,
    /// So much later than it could.
    pub(crate) late_ms: u64,
    /// Are the entries kept?
    pub(crate) keeps: bool,
}

impl Reply {
    pub(crate) const OK: Reply = Reply {
        status: 200,
        retry_after_ms: 0,
        count: 0,
        late_ms: 0,
        keeps: true,
    };

    fn refuse(status: u16) -> Reply {
        Reply {
            status,
            keeps: false,
            ..Reply::OK
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Server {
    /// The text of each entry, by instance and number.
    pub(crate) entries: BTreeMap<(String, u64), Box<str>>,
    /// What each batch id stands for.
    batches: BTreeMap<String, u64>,
    /// Entries that it said it had kept.
    pub(crate) forgotten: BTreeSet<(String, u64)>,
    /// In the order of arrival: for scenarios.
    pub(crate) arrivals: Vec<(String, u64)>,
    pub(crate) requests: u64,
}

impl Server {
    /// A batch arrives; the answer.
    pub(crate) fn receive(&mut self, sent: &Sent, mood: Mood, rng: &mut Rng, seen: &mut Seen) -> Reply {
        let mut reply = reply(sent, mood, rng, seen);
        self.requests += 1;
        if reply.keeps {
            self.keep(sent, usize::MAX);
        } else if mood == Mood::Picky && reply.status == 400 {
            self.keep(sent, reply.count as usize);
        } else if mood == Mood::Forgetful && (200..300).contains(&reply.status) {
            let named = sent.seqs().map(|seq| (sent.instance.clone(), seq));
            self.forgotten.extend(named);
        }
        if reply.status == 200 && rng.chance(100) {
            reply.count = rng.below(5);
        }
        reply
    }

    /// The first entries are kept.
    pub(crate) fn keep(&mut self, sent: &Sent, count: usize) {
        let known = self.batches.entry(sent.id.clone()).or_insert(sent.hash);
        assert_eq!(*known, sent.hash, "I8: the receiver knows {} as other entries", sent.id);
        for (seq, text) in sent.entries.iter().take(count) {
            let name = (sent.instance.clone(), *seq);
            match self.entries.get(&name) {
                // What stands for others says of how many when it is written, to the journal or into a batch.
                Some(known) if known.contains("\"repeated\":") => {}
                Some(known) => assert_eq!(known, text, "I8: entry {seq} of {} has two texts", sent.instance),
                None => {
                    self.arrivals.push(name.clone());
                    self.entries.insert(name, text.clone());
                }
            }
        }
    }
}

fn reply(sent: &Sent, mood: Mood, rng: &mut Rng, seen: &mut Seen) -> Reply {
    let entries = sent.entries.len() as u64;
    match mood {
        Mood::Well => Reply {
            status: rng.pick(&[200, 200, 202]),
            count: entries,
            ..Reply::OK
        },
        Mood::Slow => Reply {
            late_ms: rng.pick(&[500, 5_000, 120_000]),
            ..Reply::OK
        },
        Mood::Failing => Reply {
            retry_after_ms: rng.pick(&[0, 0, 0, 1_000, 60_000]),
            ..Reply::refuse(rng.pick(&[500, 503, 503, 408]))
        },
        Mood::Busy => Reply {
            retry_after_ms: rng.pick(&[0, 500, 2_000, 30_000, 10_000_000]),
            ..Reply::refuse(429)
        },
        Mood::Lying => {
            seen.note("fault", "stored but refused");
            Reply {
                status: rng.pick(&[500, 503, 400, 413, 404]),
                ..Reply::OK
            }
        }
        Mood::Forgetful => {
            seen.note("fault", "forgotten");
            Reply::refuse(200)
        }
        Mood::Picky => {
            seen.note("fault", "taken in part");
            Reply {
                count: rng.between(0, entries),
                ..Reply::refuse(400)
            }
        }
        Mood::Narrow if narrow(sent) => {
            seen.note("fault", "too large for the receiver");
            Reply::refuse(413)
        }
        Mood::Narrow => Reply::OK,
        Mood::Shut => Reply::refuse(413),
        Mood::Odd => Reply::refuse(rng.pick(&[0, 404, 400, 0])),
        Mood::Locked => Reply::refuse(rng.pick(&[401, 403])),
    }
}

/// Takes at most seven entries, and none that carries much.
fn narrow(sent: &Sent) -> bool {
    sent.entries.len() > 7 || sent.entries.iter().any(|(_, text)| text.len() > 4_000)
}
