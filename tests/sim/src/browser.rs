//! The browser's part of a request: quota, refusals, what becomes of it on the line, and what is lost when its page goes.
//! Performs what the client wants of the network, as the driver does.

use std::rc::Rc;

use sapwood::core::effect::Request;
use sapwood::core::event::{Answer, NO_ISSUES, Outcome, RequestId};

use crate::net::End;
use crate::plan::Browser;
use crate::queue::Action;
use crate::sent::Sent;
use crate::server::Reply;
use crate::tab::Life;
use crate::world::World;

/// The browser ends a request so much later than the client gives it up.
const ABORT_SLACK_MS: u64 = 1_000;
/// Longer takes no beacon.
const BEACON_MS_MAX: u64 = 300_000;

impl World {
    /// The browser holds a request back until the page is gone, or forgets it.
    pub(crate) fn later(&mut self, tab: usize, body: Option<Vec<u8>>) {
        self.seen.note("effect", "later");
        let sent = body.map(|body| Rc::new(Sent::held_back(body)));
        self.say(tab, || match &sent {
            Some(sent) => format!("  → has the browser keep {}", sent.summary()),
            None => "  → has the browser keep nothing".to_owned(),
        });
        let (unix, _) = self.unix();
        let page = &mut self.tabs[tab];
        page.judge.later(page.now(self.now, unix), sent.as_deref());
        page.later = sent;
    }

    /// The browser gets a request; what is known of it at once.
    pub(crate) fn send(&mut self, tab: usize, request: Request) -> Option<(RequestId, Outcome)> {
        let sent = Rc::new(Sent::new(request));
        let (unix, _) = self.unix();
        self.say(tab, || format!("  → sends {}", sent.summary()));
        let page = &mut self.tabs[tab];
        page.judge.send(page.now(self.now, unix), &sent);
        self.note_request(&sent);
        let (id, beacon) = (sent.request.id, sent.request.beacon);
        let browser = self.plan.browser;
        if !beacon && self.rng.chance(self.net.line.throws) {
            self.seen.note("fault", "fetch throws");
            return Some((id, Outcome::Failed));
        }
        if (beacon || sent.request.keepalive) && !self.net.has_room(&sent, browser) {
            let name = if beacon { "beacon refused" } else { "keepalive refused" };
            self.seen.note("fault", name);
            if beacon {
                return Some((id, Outcome::Failed));
            }
            let outcome = Outcome::Failed;
            self.schedule_within(
                3,
                Action::Hear {
                    tab,
                    request: id,
                    outcome,
                },
            );
            return None;
        }
        let fate = self.net.fate(&mut self.rng);
        self.note_fate(fate.arrives.is_some(), fate.end);
        let flight = self.net.start(tab, Rc::clone(&sent), fate, browser);
        // Nothing ends a beacon but its end.
        let timeout = if beacon {
            BEACON_MS_MAX
        } else {
            sent.request.timeout_ms + ABORT_SLACK_MS
        };
        if let Some(arrives) = fate.arrives {
            self.schedule(
                arrives,
                Action::Arrive {
                    flight,
                    sent: Rc::clone(&sent),
                    again: false,
                },
            );
        } else if beacon {
            self.lose_beacon(&sent);
        }
        if let Some(again) = fate.again {
            self.seen.note("fault", "duplicate");
            self.schedule(
                again,
                Action::Arrive {
                    flight,
                    sent,
                    again: true,
                },
            );
        }
        let outcome = Outcome::Failed;
        if let End::Fails(after) = fate.end {
            self.schedule(after, Action::End { flight, outcome });
        }
        self.schedule(timeout, Action::End { flight, outcome });
        if beacon {
            self.seen.note("outcome", "taken");
        }
        beacon.then_some((id, Outcome::Taken))
    }

    fn schedule_within(&mut self, most: u64, action: Action) {
        let delay = self.rng.between(0, most);
        self.schedule(delay, action);
    }

    pub(crate) fn lose_beacon(&mut self, sent: &Sent) {
        self.seen.note("fault", "lost beacon");
        let named = sent.seqs().map(|seq| (sent.instance.clone(), seq));
        self.lost_in_beacons.extend(named);
    }

    fn note_request(&mut self, sent: &Sent) {
        let name = match (sent.request.beacon, sent.request.keepalive) {
            (true, _) => "beacon",
            (_, true) => "keepalive",
            _ => "fetch",
        };
        self.seen.note("request", name);
        if sent.request.frame {
            self.seen.note("request", "frame");
        }
        if sent.request.body.starts_with(b"SAP1\x04") {
            self.seen.note("request", "compressed");
        }
        if sent.request.simple {
            self.seen.note("request", "simple");
        }
        match &sent.end[..] {
            "hide" => self.seen.note("request", "at exit"),
            "close" => self.seen.note("request", "at close"),
            _ => {}
        }
        if sent.attempt > 1 {
            self.seen.note("request", "retried");
        }
    }

    fn note_fate(&mut self, arrives: bool, end: End) {
        let (line, offline) = (self.net.line, self.net.offline);
        let name = match end {
            End::Answer => return,
            End::CutAnswer => "cut body",
            End::Hangs => "hang",
            End::Fails(_) if arrives => "lost answer",
            End::Fails(_) if line.blocked => "blocked",
            End::Fails(_) if offline => "offline",
            End::Fails(_) if line.gone => "gone",
            End::Fails(_) if line.redirect > 0 => "redirect",
            End::Fails(_) => "lost request",
        };
        self.seen.note("fault", name);
    }

    pub(crate) fn arrive(&mut self, flight: u64, sent: &Rc<Sent>, again: bool) {
        if self.lost.contains(&flight) {
            return;
        }
        let (mood, seen) = (self.mood, &mut self.seen);
        let (reply, scripted) = match &mut self.script {
            Some(script) => script.receive(&mut self.server, sent),
            None => (self.server.receive(sent, mood, &mut self.rng, seen), None),
        };
        self.trace.say(self.now, "receiver", || {
            format!(
                "has {} entries {}–{}: {reply:?}",
                sent.entries.len(),
                sent.first,
                sent.last
            )
        });
        if sent.request.beacon && !reply.keeps {
            // Nobody hears that it was refused.
            self.lose_beacon(sent);
        }
        let under_way = self.net.flights.get_mut(&flight);
        let fate = under_way.map(|flight| {
            flight.arrived = true;
            flight.fate
        });
        let Some(fate) = fate.filter(|_| !again) else {
            return;
        };
        let outcome = match scripted.unwrap_or(fate.end) {
            End::Answer => Outcome::Answered(answer(reply, reply.count, self.plan.frames)),
            End::CutAnswer => Outcome::Answered(answer(reply, 0, false)),
            End::Fails(_) if scripted.is_some() => Outcome::Failed,
            End::Fails(_) | End::Hangs => return,
        };
        if fate.back + reply.late_ms > sent.request.timeout_ms {
            self.seen.note("fault", "answered too late");
        }
        if reply.retry_after_ms > 0 {
            self.seen.note("fault", "retry-after");
        }
        self.schedule(fate.back + reply.late_ms, Action::End { flight, outcome });
    }

    pub(crate) fn end(&mut self, id: u64, outcome: Outcome) {
        let Some(flight) = self.net.flights.remove(&id) else {
            return;
        };
        let request = flight.sent.request.id;
        if flight.sent.request.beacon {
            if !flight.arrived {
                self.lost.insert(id);
                self.lose_beacon(&flight.sent);
            }
            return;
        }
        self.note_outcome(outcome);
        self.act(Action::Hear {
            tab: flight.tab,
            request,
            outcome,
        });
    }

    fn note_outcome(&mut self, outcome: Outcome) {
        let name = match outcome {
            Outcome::Answered(_) => "answered",
            Outcome::Failed => "failed",
            Outcome::Taken => "taken",
        };
        self.seen.note("outcome", name);
        if let Outcome::Answered(answer) = outcome {
            let status = answer.status.to_string();
            self.seen
                .note("status", if answer.status == 0 { "opaque" } else { &status });
        }
    }

    /// The page dies without a word. What it has under way dies with it, or goes on if it was made for that.
    pub(crate) fn kill(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Dead;
        self.say(tab, || "is dead".to_owned());
        self.bequeath(tab);
        if let Some(sent) = self.tabs[tab].later.take().filter(|_| self.rng.chance(800)) {
            self.seen.note("request", "held back");
            self.schedule_within(
                80,
                Action::Arrive {
                    flight: 0,
                    sent,
                    again: true,
                },
            );
        }
        let browser = self.plan.browser;
        let flights: Vec<u64> = self
            .net
            .flights
            .iter()
            .filter(|(_, flight)| flight.tab == tab)
            .map(|(id, _)| *id)
            .collect();
        for id in flights {
            let sent = Rc::clone(&self.net.flights[&id].sent);
            let outlives = sent.request.keepalive || sent.request.beacon;
            let lost = match (outlives, browser) {
                (false, _) => self.rng.chance(500),
                (true, Browser::Firefox) => self.rng.chance(300),
                (true, _) => false,
            };
            if !lost {
                continue;
            }
            self.seen.note("fault", "lost at exit");
            self.net.flights.remove(&id);
            self.lost.insert(id);
            if sent.request.beacon {
                self.lose_beacon(&sent);
            }
        }
    }
}

fn answer(reply: Reply, count: u64, frames: bool) -> Answer {
    Answer {
        status: reply.status,
        retry_after_ms: reply.retry_after_ms,
        count,
        frames,
        issues: NO_ISSUES,
    }
}
