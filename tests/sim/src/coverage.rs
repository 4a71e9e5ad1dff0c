//! How often everything happened. What never happened was not tested: a long run with a zero fails, and so does one with
//! a name that is not in the list.

use std::collections::BTreeMap;

/// What must have happened in a run of so many seeds.
pub(crate) const SEEDS_MIN: u64 = 2_000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    counts: BTreeMap<(&'static str, &'static str), u64>,
}

/// Every name, by kind.
const NAMES: &[(&str, &[&str])] = &[
    (
        "event",
        &[
            "records", "flush", "close", "visible", "hidden", "online", "offline", "wake", "consent", "outcome",
        ],
    ),
    (
        "effect",
        &[
            "send", "settle", "report", "dropped", "sleep", "store", "erase", "load", "scan", "release", "later",
        ],
    ),
    (
        "request",
        &[
            "fetch",
            "keepalive",
            "beacon",
            "simple",
            "at exit",
            "at close",
            "retried",
            "held back",
            "frame",
            "compressed",
        ],
    ),
    ("outcome", &["answered", "failed", "taken", "late"]),
    (
        "status",
        &[
            "200", "202", "400", "401", "403", "404", "408", "413", "429", "500", "503", "opaque",
        ],
    ),
    (
        "problem",
        &[
            "network_error",
            "server_error",
            "rejected",
            "unauthorized",
            "payload_too_large",
            "timeout",
            "internal",
            "store_failed",
            "blocked",
        ],
    ),
    (
        "drop",
        &[
            "buffer_full",
            "too_large",
            "rate_limited",
            "unserialisable",
            "rejected",
            "retries_exhausted",
            "expired",
            "consent",
            "closed",
            "store_failed",
        ],
    ),
    // Told by the façade, and counted by the core.
    (
        "facade",
        &[
            "sampled",
            "before_send",
            "unserialisable",
            "consent",
            "not_ready",
            "not_configured",
            "closed",
            "core_failed",
        ],
    ),
    (
        "fault",
        &[
            "lost request",
            "lost answer",
            "hang",
            "duplicate",
            "cut body",
            "redirect",
            "blocked",
            "fetch throws",
            "gone",
            "offline",
            "keepalive refused",
            "beacon refused",
            "lost beacon",
            "lost at exit",
            "answered too late",
            "stored but refused",
            "forgotten",
            "taken in part",
            "too large for the receiver",
            "retry-after",
            "wall clock jumped",
            "slept",
            "slept, clock stopped",
            "late timer",
            "woken early",
            "outcome of nothing",
            "broken record",
        ],
    ),
    (
        "store",
        &[
            "opened",
            "closed at once",
            "not opened again",
            "closed",
            "stored",
            "refused",
            "told of a refusal",
            "hangs",
            "erase fails",
            "orphan",
            "orphan that lives",
            "not begun",
            "erased after the end",
            "stays",
            "stays, and is seen",
            "spent",
            "torn write",
            "lost write",
            "lost though stored",
            "loaded",
            "loaded nothing",
            "loaded damaged",
            "loaded by two clocks",
            "deleted",
            "rotten",
            "of another version",
        ],
    ),
    (
        "life",
        &[
            "open",
            "duplicated",
            "hide",
            "show",
            "freeze",
            "thaw",
            "kill",
            "killed between effects",
            "navigate",
            "bfcache",
            "restored",
            "evicted",
        ],
    ),
];

impl Seen {
    /// It happened once more.
    pub(crate) fn note(&mut self, kind: &str, name: &str) {
        self.add(kind, name, 1);
    }

    /// It happened `count` times more.
    ///
    /// # Panics
    /// If the list does not have it.
    pub(crate) fn add(&mut self, kind: &str, name: &str, count: u64) {
        let (kind, names) = NAMES
            .iter()
            .find(|(other, _)| *other == kind)
            .expect("a kind of the list");
        let Some(name) = names.iter().find(|other| **other == name) else {
            panic!("the list of what may happen has no {kind} `{name}`");
        };
        *self.counts.entry((kind, name)).or_default() += count;
    }

    /// Takes over what another run has seen.
    pub(crate) fn merge(&mut self, other: &Seen) {
        for (name, count) in &other.counts {
            *self.counts.entry(*name).or_default() += count;
        }
    }

    /// One line a kind.
    pub(crate) fn print(&self) {
        for (kind, names) in NAMES {
            let told: Vec<String> = names
                .iter()
                .map(|name| format!("{name} {}", self.count(kind, name)))
                .collect();
            println!("  {kind:<8} {}", told.join(" · "));
        }
    }

    /// What never happened.
    pub(crate) fn missing(&self) -> Vec<String> {
        let all = NAMES
            .iter()
            .flat_map(|(kind, names)| names.iter().map(move |name| (kind, name)));
        all.filter(|(kind, name)| self.count(kind, name) == 0)
            .map(|(kind, name)| format!("{kind} {name}"))
            .collect()
    }

    fn count(&self, kind: &'static str, name: &'static str) -> u64 {
        self.counts.get(&(kind, name)).copied().unwrap_or(0)
    }
}
