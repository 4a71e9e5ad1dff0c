//! The line between browser and receiver, and the browser's own rules for requests: quota, refusals, what is lost when a
//! page goes. Decides the fate of a request when it is made; the world lets it happen in time.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::plan::Browser;
use crate::rng::Rng;
use crate::sent::Sent;

/// What browsers let all keepalive requests and beacons in flight hold.
const QUOTA_BYTES: usize = 64 * 1024;

/// What the line is like at present. Chances are of a thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) latency: (u64, u64),
    pub(crate) lose_request: u32,
    pub(crate) lose_answer: u32,
    /// Of what is lost, so much never ends by itself.
    pub(crate) hang: u32,
    pub(crate) duplicate: u32,
    pub(crate) cut: u32,
    pub(crate) redirect: u32,
    /// Nothing listens: refused after the latency.
    pub(crate) gone: bool,
    /// An ad-blocker: every request fails at once.
    pub(crate) blocked: bool,
    /// `fetch` itself throws (a page that has replaced it).
    pub(crate) throws: u32,
}

/// Nothing goes wrong.
pub(crate) const GOOD: Line = Line {
    name: "good",
    latency: (5, 80),
    lose_request: 0,
    lose_answer: 0,
    hang: 0,
    duplicate: 0,
    cut: 0,
    redirect: 0,
    gone: false,
    blocked: false,
    throws: 0,
};

/// In the order of the plan's indices.
pub(crate) const LINES: [Line; 9] = [
    GOOD,
    Line {
        name: "slow",
        latency: (200, 4_000),
        ..GOOD
    },
    Line {
        name: "lossy",
        lose_request: 300,
        lose_answer: 300,
        hang: 300,
        ..GOOD
    },
    Line {
        name: "burst",
        lose_request: 900,
        hang: 100,
        ..GOOD
    },
    Line {
        name: "hanging",
        lose_answer: 500,
        hang: 1_000,
        ..GOOD
    },
    Line {
        name: "doubling",
        duplicate: 500,
        cut: 300,
        ..GOOD
    },
    Line {
        name: "gone",
        gone: true,
        latency: (1, 40),
        ..GOOD
    },
    Line {
        name: "blocked",
        blocked: true,
        ..GOOD
    },
    Line {
        name: "odd",
        redirect: 300,
        throws: 300,
        cut: 200,
        ..GOOD
    },
];

/// What will become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    /// When it arrives, if it does.
    pub(crate) arrives: Option<u64>,
    /// When it arrives once more.
    pub(crate) again: Option<u64>,
    /// How long its answer takes.
    pub(crate) back: u64,
    pub(crate) end: End,
}

/// How it ends for the one who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the receiver's answer.
    Answer,
    /// With that, but its body cannot be read.
    CutAnswer,
    /// Without one, after so long.
    Fails(u64),
    /// Never, if the browser does not end it.
    Hangs,
}

/// A request under way.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) tab: usize,
    pub(crate) sent: Rc<Sent>,
    pub(crate) fate: Fate,
    pub(crate) arrived: bool,
    /// Of the shared quota.
    quota: usize,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) line: Line,
    pub(crate) offline: bool,
    pub(crate) flights: BTreeMap<u64, Flight>,
    next: u64,
}

impl Net {
    pub(crate) fn new() -> Net {
        Net {
            line: GOOD,
            offline: false,
            flights: BTreeMap::new(),
            next: 0,
        }
    }

    /// Has the browser room for it? All pages of an origin share it here, which is stricter than any browser.
    pub(crate) fn has_room(&self, sent: &Sent, browser: Browser) -> bool {
        let of_beacon = |sent: &Sent| sent.request.beacon && browser == Browser::Firefox;
        if of_beacon(sent) {
            return true;
        }
        let used: usize = self.flights.values().map(|flight| flight.quota).sum();
        used + sent.request.body.len() <= QUOTA_BYTES
    }

    /// It is under way.
    pub(crate) fn start(&mut self, tab: usize, sent: Rc<Sent>, fate: Fate, browser: Browser) -> u64 {
        let shares = sent.request.keepalive || (sent.request.beacon && browser != Browser::Firefox);
        let quota = if shares { sent.request.body.len() } else { 0 };
        self.next += 1;
        let flight = Flight {
            tab,
            sent,
            fate,
            arrived: false,
            quota,
        };
        self.flights.insert(self.next, flight);
        self.next
    }

    /// What will become of a request that begins now.
    pub(crate) fn fate(&self, rng: &mut Rng) -> Fate {
        let line = &self.line;
        let (there, back) = (
            rng.between(line.latency.0, line.latency.1),
            rng.between(line.latency.0, line.latency.1),
        );
        let fate = |arrives, end| Fate {
            arrives,
            again: None,
            back,
            end,
        };
        let lost = |rng: &mut Rng| {
            if rng.chance(line.hang) {
                End::Hangs
            } else {
                End::Fails(there + back)
            }
        };
        if line.blocked {
            return fate(None, End::Fails(rng.between(0, 4)));
        }
        if self.offline || line.gone || rng.chance(line.redirect) {
            return fate(None, End::Fails(there));
        }
        if rng.chance(line.lose_request) {
            return fate(None, lost(rng));
        }
        let mut fate = fate(Some(there), End::Answer);
        if rng.chance(line.duplicate) {
            fate.again = Some(there + rng.pick(&[1, 500, 20_000]));
        }
        if rng.chance(line.lose_answer) {
            fate.end = lost(rng);
        } else if rng.chance(line.cut) {
            fate.end = End::CutAnswer;
        }
        fate
    }
}
