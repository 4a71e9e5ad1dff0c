//! What a seed is about: which steps it takes and how often, how its clients are configured, what its network and its
//! receiver can do. Each seed has only some of all features (swarm testing), so that rare ones meet without being
//! drowned by the frequent ones.

use sapwood_replay::Setting;

use crate::rng::Rng;

/// What can be next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Log,
    Burst,
    Flush,
    Close,
    Hide,
    Show,
    Freeze,
    Thaw,
    Network,
    Line,
    Receiver,
    Consent,
    Open,
    Duplicate,
    Kill,
    Navigate,
    Restore,
    WallJump,
    Suspend,
    EarlyWake,
    FacadeDrop,
    Unwritable,
    Broken,
    Ghost,
    Resource,
    Store,
}

/// Each with its usual weight.
const STEPS: &[(Step, u32)] = &[
    (Step::Log, 40),
    (Step::Burst, 8),
    (Step::Flush, 8),
    (Step::Close, 1),
    (Step::Hide, 6),
    (Step::Show, 8),
    (Step::Freeze, 2),
    (Step::Thaw, 4),
    (Step::Network, 3),
    (Step::Line, 6),
    (Step::Receiver, 6),
    (Step::Consent, 2),
    (Step::Open, 2),
    (Step::Duplicate, 1),
    (Step::Kill, 2),
    (Step::Navigate, 2),
    (Step::Restore, 3),
    (Step::WallJump, 2),
    (Step::Suspend, 2),
    (Step::EarlyWake, 3),
    (Step::FacadeDrop, 1),
    (Step::Unwritable, 1),
    (Step::Broken, 1),
    (Step::Ghost, 1),
    (Step::Resource, 1),
    (Step::Store, 4),
];

/// How a browser shares its quota and what it loses when a page goes (`runtimes.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    /// 64 KiB for all keepalive requests and beacons in flight.
    Chromium,
    /// 64 KiB for keepalive alone; bursts at exit are lossy.
    Firefox,
    /// As Chromium, and it loses nothing.
    Webkit,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) browser: Browser,
    pub(crate) steps: u32,
    weights: Vec<u32>,
    /// Longest pause between two steps, as a power of two.
    pause_bits: u64,
    pub(crate) settings: Vec<(Setting, u64)>,
    /// Bytes of what an entry carries.
    pub(crate) fills: Vec<usize>,
    pub(crate) flows: bool,
    pub(crate) secrets: bool,
    /// May effects be cut short by the page's death?
    pub(crate) dies_between: bool,
    /// Permille of timers that come late.
    pub(crate) late_timers: u32,
    /// Is a second client asked the same with a wall clock that does not jump?
    pub(crate) shadow: bool,
    /// Does what is not sent outlive the page?
    pub(crate) persist: bool,
    /// Has the browser Web Locks?
    pub(crate) locks: bool,
    /// Permille of erasures that fail, and of writes that are lost though they were said to be safe.
    pub(crate) erase_fails: u32,
    pub(crate) rot: u32,
    /// Does the receiver read frames?
    pub(crate) frames: bool,
    /// Do many entries have the same message?
    pub(crate) monotonous: bool,
    /// Kinds of lines and receivers that this seed knows, by index.
    pub(crate) lines: Vec<usize>,
    pub(crate) receivers: Vec<usize>,
}

impl Plan {
    /// What this seed is about.
    pub(crate) fn draw(rng: &mut Rng, lines: usize, receivers: usize) -> Plan {
        let weights = STEPS
            .iter()
            .map(|(step, usual)| match step {
                Step::Log => *usual,
                _ if rng.chance(450) => 0,
                _ => usual * rng.pick(&[1, 1, 2, 4]),
            })
            .collect();
        let some = |rng: &mut Rng, of: usize| {
            let kept: Vec<usize> = (0..of).filter(|_| rng.chance(400)).collect();
            if kept.is_empty() {
                vec![rng.below(of as u64) as usize]
            } else {
                kept
            }
        };
        let persist = rng.chance(500);
        let frames = rng.chance(400);
        let (lines, receivers) = (some(rng, lines), some(rng, receivers));
        Plan {
            browser: rng.pick(&[Browser::Chromium, Browser::Chromium, Browser::Firefox, Browser::Webkit]),
            steps: rng.between(20, 120) as u32,
            weights,
            pause_bits: rng.between(4, 16),
            settings: settings(rng, frames),
            fills: fills(rng),
            flows: rng.chance(500),
            secrets: rng.chance(700),
            dies_between: rng.chance(200),
            late_timers: rng.pick(&[0, 50, 500]),
            // How small a frame gets goes by all of its bytes, times included.
            shadow: !frames && rng.chance(500),
            persist,
            locks: !persist || rng.chance(850),
            erase_fails: rng.pick(&[0, 0, 200]),
            rot: rng.pick(&[0, 0, 0, 50]),
            frames,
            monotonous: rng.chance(200),
            lines,
            receivers,
        }
    }

    /// One in which nothing happens by itself.
    pub(crate) fn quiet(settings: Vec<(Setting, u64)>) -> Plan {
        Plan {
            browser: Browser::Chromium,
            steps: 0,
            weights: Vec::new(),
            pause_bits: 0,
            settings,
            fills: vec![0],
            flows: false,
            secrets: false,
            dies_between: false,
            late_timers: 0,
            shadow: false,
            persist: false,
            locks: true,
            erase_fails: 0,
            rot: 0,
            frames: false,
            monotonous: false,
            lines: Vec::new(),
            receivers: Vec::new(),
        }
    }

    pub(crate) fn step(&self, rng: &mut Rng) -> Step {
        STEPS[rng.weighted(&self.weights)].0
    }

    /// Until the next step: often short, sometimes minutes.
    pub(crate) fn pause(&self, rng: &mut Rng) -> u64 {
        let bits = rng.between(0, self.pause_bits);
        rng.below(1 << bits)
    }
}

/// Small bounds, so that they are met; each setting is left at its default now and then.
fn settings(rng: &mut Rng, frames: bool) -> Vec<(Setting, u64)> {
    let mut settings = Vec::new();
    let mut set = |rng: &mut Rng, permille, setting, values: &[u64]| {
        if rng.chance(permille) {
            settings.push((setting, rng.pick(values)));
        }
    };
    set(rng, 700, Setting::BatchEntries, &[1, 2, 5, 10, 20, 50]);
    set(
        rng,
        600,
        Setting::BatchBytes,
        &[1_024, 4_096, 16_384, 200_000, 1_048_576],
    );
    set(rng, 700, Setting::FlushInterval, &[0, 1, 100, 1_000, 60_000]);
    set(rng, 600, Setting::BufferBytes, &[16_384, 65_536, 200_000]);
    let initial = rng.pick(&[10, 100, 1_000]);
    set(rng, 700, Setting::RetryInitial, &[initial]);
    set(
        rng,
        700,
        Setting::RetryMax,
        &[initial, initial * 8, 30_000.max(initial)],
    );
    set(rng, 300, Setting::MaxAge, &[1_000, 30_000, 300_000]);
    set(rng, 250, Setting::MaxRetries, &[0, 1, 3, 10]);
    set(rng, 500, Setting::Timeout, &[100, 1_000, 60_000]);
    set(rng, 250, Setting::Consent, &[0, 0, 1, 2]);
    set(rng, 100, Setting::Redact, &[0]);
    set(rng, 500, Setting::CrossOrigin, &[0, 1]);
    set(rng, 250, Setting::Keepalive, &[0]);
    // What a frame is, only a receiver knows that reads them. The compressed size goes by all bytes, times included.
    set(rng, 1_000, Setting::Compress, if frames { &[1, 1, 2] } else { &[0, 1] });
    set(rng, 300, Setting::RateLimit, &[0, 1, 2, 20]);
    settings
}

fn fills(rng: &mut Rng) -> Vec<usize> {
    let all = [0, 20, 200, 1_000, 5_000, 30_000, 70_000, 1_100_000];
    let most = rng.pick(&[3, 4, 5, 6, 7, 7, 8]);
    let some: Vec<usize> = all[..most].iter().copied().filter(|_| rng.chance(500)).collect();
    // The largest are rare, or nothing else fits.
    let mut fills: Vec<usize> = some.iter().copied().filter(|fill| *fill <= 5_000).collect();
    fills.extend(fills.clone().iter().cycle().take(fills.len() * 6));
    fills.extend(some.into_iter().filter(|fill| *fill > 5_000));
    if fills.is_empty() { vec![100] } else { fills }
}
