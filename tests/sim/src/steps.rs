//! The workload: what an application, its user and its browser do next.

use sapwood::core::config::Consent;
use sapwood::core::event::{Event, Outcome};

use crate::net::LINES;
use crate::plan::Step;
use crate::queue::Action;
use crate::server::MOODS;
use crate::tab::Life;
use crate::world::World;

/// Pages at once.
const TABS_MAX: usize = 4;

impl World {
    /// One step. Most are about one page.
    pub(crate) fn step(&mut self) {
        let step = self.plan.step(&mut self.rng);
        self.step_all(step);
        if self.running().is_empty() {
            self.open();
        }
        self.plan.steps -= 1;
        if self.plan.steps > 0 {
            let pause = self.plan.pause(&mut self.rng);
            self.schedule(pause, Action::Step);
        }
    }

    pub(crate) fn running(&self) -> Vec<usize> {
        self.in_state(Life::Runs)
    }

    pub(crate) fn in_state(&self, life: Life) -> Vec<usize> {
        (0..self.tabs.len())
            .filter(|tab| self.tabs[*tab].life == life)
            .collect()
    }

    /// What is about the world.
    fn step_all(&mut self, step: Step) {
        match step {
            Step::Network => self.offline(!self.net.offline),
            Step::Line => {
                self.net.line = LINES[self.rng.pick(&self.plan.lines)];
                let name = self.net.line.name;
                self.trace.say(self.now, "line", || format!("is {name}"));
            }
            Step::Receiver => {
                self.mood = MOODS[self.rng.pick(&self.plan.receivers)];
                let mood = self.mood;
                self.trace.say(self.now, "receiver", || format!("is {mood:?}"));
            }
            Step::Open if self.running().len() < TABS_MAX => drop(self.open()),
            Step::Duplicate if self.running().len() < TABS_MAX => {
                self.seen.note("life", "duplicated");
                self.open();
            }
            Step::WallJump => {
                const DAY_MS: i64 = 86_400_000;
                self.jumped = self
                    .rng
                    .pick(&[-400 * DAY_MS, -3_600_000, -1_000, 1_000, 3_600_000, 900 * DAY_MS]);
                self.clock_has_jumped = true;
                self.seen.note("fault", "wall clock jumped");
                let jumped = self.jumped;
                self.trace.say(self.now, "clock", || format!("is {jumped} ms off"));
            }
            Step::Suspend => self.suspend(),
            Step::Store if self.plan.persist => self.break_store(),
            Step::Thaw | Step::Restore => self.step_frozen(step),
            _ => {
                let running = self.running();
                if !running.is_empty() {
                    let tab = self.rng.pick(&running);
                    self.step_tab(tab, step);
                }
            }
        }
    }

    fn step_tab(&mut self, tab: usize, step: Step) {
        match step {
            Step::Log => self.log(tab, 3),
            Step::Burst => self.log(tab, 80),
            Step::Unwritable => {
                let ((unix, _), now) = (self.unix(), self.now);
                self.tabs[tab].app.log_unwritable(unix, now);
                self.cross(tab);
            }
            Step::FacadeDrop => self.tabs[tab].app.drop_some(&mut self.rng),
            Step::Resource => self.tabs[tab].app.navigate_within(&mut self.rng),
            Step::Broken => {
                self.tabs[tab].app.break_record();
                self.cross(tab);
            }
            Step::Flush => {
                let timeout = self.rng.pick(&[0, 1, 500, 10_000, 10_000]);
                self.flush(tab, timeout, false);
            }
            Step::Close => {
                let timeout = self.rng.pick(&[0, 1_000, 10_000]);
                self.flush(tab, timeout, true);
            }
            Step::Hide => self.hide(tab),
            Step::Show => self.show(tab),
            Step::Freeze => {
                self.seen.note("life", "freeze");
                self.hide(tab);
                self.freeze(tab);
            }
            Step::Consent => {
                let consent = self
                    .rng
                    .pick(&[Consent::Pending, Consent::Granted, Consent::Granted, Consent::Denied]);
                self.seen.note("event", "consent");
                self.tell(tab, Event::Consent(consent));
            }
            Step::Kill => {
                self.seen.note("life", "kill");
                self.kill(tab);
            }
            Step::Navigate => self.navigate(tab),
            Step::EarlyWake => self.wake_early(tab),
            Step::Ghost => {
                self.seen.note("fault", "outcome of nothing");
                let request = u32::MAX - self.rng.below(5) as u32;
                let outcome = self.rng.pick(&[Outcome::Failed, Outcome::Taken]);
                self.tell(tab, Event::Outcome { request, outcome });
            }
            _ => {}
        }
    }

    fn log(&mut self, tab: usize, most: u64) {
        for _ in 0..self.rng.between(1, most) {
            let ((unix, _), now) = (self.unix(), self.now);
            let first = self.tabs[tab].app.log(&mut self.rng, &self.plan, unix, now);
            if first {
                let idle = self.rng.pick(&[0, 1, 50, 2_000]);
                self.schedule(idle, Action::Idle { tab });
            }
        }
        if most > 10 {
            self.cross(tab);
        }
    }

    pub(crate) fn flush(&mut self, tab: usize, timeout: u64, close: bool) {
        self.cross(tab);
        self.seen.note("event", if close { "close" } else { "flush" });
        let token = self.tabs[tab].app.token();
        self.tell(tab, Event::Flush { token, timeout, close });
    }

    pub(crate) fn hide(&mut self, tab: usize) {
        self.cross(tab);
        self.seen.note("life", "hide");
        self.tabs[tab].hidden = true;
        self.visible(tab, false);
    }

    pub(crate) fn show(&mut self, tab: usize) {
        self.seen.note("life", "show");
        self.tabs[tab].hidden = false;
        self.visible(tab, true);
    }

    fn visible(&mut self, tab: usize, visible: bool) {
        if self.tabs[tab].life == Life::Runs {
            self.seen.note("event", if visible { "visible" } else { "hidden" });
            self.tell(tab, Event::Visible(visible));
            self.ask_whether_it_stays(tab);
        }
    }

    fn freeze(&mut self, tab: usize) {
        self.visible(tab, false);
        if self.tabs[tab].life == Life::Runs {
            self.say(tab, || "is frozen".to_owned());
            self.tabs[tab].life = Life::Frozen;
        }
    }

    /// Runs again, and hears of what it has missed, before or after it hears that it is seen.
    pub(crate) fn thaw(&mut self, tab: usize, seen: bool) {
        self.say(tab, || "runs again".to_owned());
        self.tabs[tab].life = Life::Runs;
        let missed = std::mem::take(&mut self.tabs[tab].inbox);
        let first = self.rng.chance(500);
        if seen && first {
            self.show(tab);
        }
        for action in missed {
            self.schedule(0, action);
        }
        if seen && !first {
            self.show(tab);
        }
    }

    fn step_frozen(&mut self, step: Step) {
        let frozen = self.in_state(Life::Frozen);
        if frozen.is_empty() {
            return;
        }
        let tab = self.rng.pick(&frozen);
        match (step, self.tabs[tab].in_cache) {
            (Step::Thaw, false) => {
                self.seen.note("life", "thaw");
                let seen = self.rng.chance(700);
                self.thaw(tab, seen);
            }
            (Step::Restore, true) => self.restore(tab),
            _ => {}
        }
    }

    fn restore(&mut self, tab: usize) {
        if self.rng.chance(700) {
            let seen = self.rng.chance(900);
            self.come_back(tab, seen);
        } else {
            self.tabs[tab].in_cache = false;
            self.seen.note("life", "evicted");
            self.kill(tab);
        }
    }

    /// The page runs again, out of the cache, in a tab that is seen or not. Its client hears the first, and then that it was away, as
    /// the driver tells it.
    pub(crate) fn come_back(&mut self, tab: usize, seen: bool) {
        self.seen.note("life", "restored");
        self.tabs[tab].in_cache = false;
        self.resume_store(tab);
        self.thaw(tab, seen);
        self.tell(tab, Event::Restored);
        self.ask_whether_it_stays(tab);
    }

    fn navigate(&mut self, tab: usize) {
        self.seen.note("life", "navigate");
        self.hide(tab);
        self.visible(tab, false);
        if self.tabs[tab].life != Life::Runs {
            return;
        }
        self.suspend_store(tab);
        if self.rng.chance(500) {
            self.seen.note("life", "bfcache");
            self.tabs[tab].in_cache = true;
            self.freeze(tab);
        } else {
            self.kill(tab);
        }
        self.open();
    }

    /// The browser says that the network has come or gone. Pages in the cache are not told.
    pub(crate) fn offline(&mut self, offline: bool) {
        self.net.offline = offline;
        if offline {
            self.break_flights(50);
        }
        self.seen.note("event", if offline { "offline" } else { "online" });
        for tab in self.running() {
            self.tell(tab, Event::Online(!offline));
        }
    }

    /// What is under way fails soon.
    fn break_flights(&mut self, within: u64) {
        let flights: Vec<u64> = self.net.flights.keys().copied().collect();
        for flight in flights {
            let delay = self.rng.between(0, within);
            self.schedule(
                delay,
                Action::End {
                    flight,
                    outcome: Outcome::Failed,
                },
            );
        }
    }

    /// The machine sleeps. Some clocks go on meanwhile.
    fn suspend(&mut self) {
        let slept = self.rng.pick(&[1_000, 400_000, 400_000, 5_000_000]);
        self.trace.say(self.now, "machine", || format!("sleeps for {slept} ms"));
        if self.rng.chance(500) {
            self.break_flights(20);
        }
        if self.rng.chance(300) {
            self.seen.note("fault", "slept, clock stopped");
            self.jumped += slept as i64;
            self.clock_has_jumped = true;
        } else {
            self.seen.note("fault", "slept");
            self.now += slept;
        }
    }

    /// The deadline is the next time at which something is to be done: before it, nothing is.
    fn wake_early(&mut self, tab: usize) {
        let (unix, _) = self.unix();
        let now = self.tabs[tab].now(self.now, unix);
        if self.tabs[tab].judge.sleeps_until() <= now.monotonic {
            return;
        }
        self.seen.note("fault", "woken early");
        let before = self.tabs[tab].judge.requests();
        self.tell(tab, Event::Wake);
        let after = self.tabs[tab].judge.requests();
        assert_eq!(before, after, "I6: it slept past the time to send");
    }
}
