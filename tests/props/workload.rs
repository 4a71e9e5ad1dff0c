//! Random workloads: everything that can happen to a client, in any order, under any configuration.
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sapwood::core::batch::Id;
use sapwood::core::buffer::{Entries, Head};
use sapwood::core::config::{Compress, Config, Consent};
use sapwood::core::effect::Effect;
use sapwood::core::encode::stored;
use sapwood::core::event::{Answer, Event, NO_ISSUES, Outcome, Store};
use sapwood::core::level::Level;
use sapwood::core::stats::DropReason;
use sapwood::core::time::Millis;
use serde_json::json;

use crate::common::noise;
use crate::common::records::Records;
use crate::common::world::{World, config};

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Log {
        level: Level,
        bytes: usize,
        count: usize,
    },
    Unwritable,
    FacadeDrops(u32),
    Flush(Millis),
    Close(Millis),
    Visible(bool),
    Online(bool),
    Consent(Consent),
    Advance(Millis),
    /// The timer is late by so much.
    Late(Millis),
    /// It wakes the client after so much, though that asked for later.
    Early(Millis),
    Answer {
        which: Index,
        status: u16,
        after: Millis,
        count: u64,
        frames: bool,
        issues: Vec<u16>,
    },
    Fail(Index),
    /// An outcome for a request of long ago, or of none.
    Ghost(Index),
    Store(StoreStep),
}

/// What the store of the journal does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoreStep {
    Open,
    Closed,
    /// From now on it answers at once, or not.
    Answers(bool),
    /// The oldest operation is done, or failed if it was a write.
    Done,
    Refused,
    /// There is a record of a page that is gone, with so many entries.
    Orphan(u8),
    Later,
    /// The page has run another task.
    Stays,
}

/// Which workloads: one that ends nothing for good can be healed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Any,
    Healable,
}

/// So many steps.
pub(crate) fn steps(kind: Kind) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(kind), 1..80)
}

fn step(kind: Kind) -> impl Strategy<Value = Step> {
    let closes = select(vec![0, 1_000]).prop_map(Step::Close);
    let ends = if kind == Kind::Any {
        closes.boxed()
    } else {
        Just(Step::Flush(0)).boxed()
    };
    let consent = select(vec![
        Consent::Pending,
        Consent::Granted,
        Consent::Granted,
        Consent::Denied,
    ]);
    let log = (
        select(Level::ALL.to_vec()),
        select(vec![10, 200, 5_000, 30_000]),
        1_usize..15,
    );
    prop_oneof![
        8 => log.prop_map(|(level, bytes, count)| Step::Log { level, bytes, count }),
        1 => Just(Step::Unwritable),
        1 => (1_u32..5).prop_map(Step::FacadeDrops),
        3 => select(vec![0, 1, 500, 10_000]).prop_map(Step::Flush),
        1 => ends,
        4 => any::<bool>().prop_map(Step::Visible),
        2 => any::<bool>().prop_map(Step::Online),
        2 => consent.prop_map(Step::Consent),
        6 => select(vec![0, 1, 100, 1_000, 6_000, 70_000]).prop_map(Step::Advance),
        1 => select(vec![1, 20_000, 4_000_000]).prop_map(Step::Late),
        2 => select(vec![0, 1, 300, 3_000, 20_000]).prop_map(Step::Early),
        12 => answer(kind),
        4 => any::<Index>().prop_map(Step::Fail),
        1 => any::<Index>().prop_map(Step::Ghost),
        8 => store(kind).prop_map(Step::Store),
    ]
}

fn store(kind: Kind) -> impl Strategy<Value = StoreStep> {
    let closed = if kind == Kind::Any {
        StoreStep::Closed
    } else {
        StoreStep::Later
    };
    prop_oneof![
        4 => Just(StoreStep::Open),
        1 => Just(closed),
        2 => any::<bool>().prop_map(StoreStep::Answers),
        2 => Just(StoreStep::Done),
        1 => Just(StoreStep::Refused),
        3 => (1_u8..5).prop_map(StoreStep::Orphan),
        1 => Just(StoreStep::Later),
        1 => Just(StoreStep::Stays),
    ]
}

fn answer(kind: Kind) -> impl Strategy<Value = Step> {
    let mut statuses = vec![200, 200, 200, 202, 400, 404, 408, 413, 413, 429, 500, 503];
    if kind == Kind::Any {
        statuses.push(401);
    }
    let after = select(vec![0, 0, 1_000, 60_000, 10_000_000]);
    let named = prop::collection::vec(0_u16..6, 0..3);
    (any::<Index>(), select(statuses), after, 0_u64..6, any::<bool>(), named).prop_map(
        |(which, status, after, count, frames, issues)| Step::Answer {
            which,
            status,
            after,
            count,
            frames,
            issues,
        },
    )
}

/// A configuration with small bounds, so that they are met.
pub(crate) fn any_config(kind: Kind) -> impl Strategy<Value = Config> {
    let retries = if kind == Kind::Any {
        vec![None, Some(0), Some(2)]
    } else {
        vec![None]
    };
    let ages = if kind == Kind::Any {
        vec![30_000, 604_800_000]
    } else {
        vec![604_800_000]
    };
    let sizes = (
        1_usize..20,
        select(vec![1_024, 4_096, 49_152]),
        select(vec![16_384, 65_536, 2_097_152]),
    );
    let times = (
        select(vec![0, 100, 5_000]),
        select(vec![100, 10_000]),
        select(ages),
        select(retries),
    );
    let compress = select(vec![Compress::Never, Compress::Auto, Compress::Always]);
    (sizes, times, compress, any::<[bool; 3]>()).prop_map(
        |(sizes, times, compress, [keepalive, cross_origin, granted])| {
            let mut config = config();
            (config.batch_entries, config.batch_bytes, config.buffer_bytes) = sizes;
            (
                config.flush_interval_ms,
                config.timeout_ms,
                config.retry.max_age_ms,
                config.retry.max_retries,
            ) = times;
            (config.keepalive, config.cross_origin, config.compress) = (keepalive, cross_origin, compress);
            config.api_key = b"key".to_vec();
            config.consent = if granted { Consent::Granted } else { Consent::Pending };
            config
        },
    )
}

/// Lets it happen.
pub(crate) fn apply(world: &mut World, step: &Step) {
    match step {
        Step::Log { level, bytes, count } => {
            for seed in 0..*count {
                world.log_with(*level, &json!({ "data": noise::text(*bytes, seed as u64) }));
            }
        }
        Step::Unwritable => {
            let seq = world.next_seq();
            world.records(Records::default().entry(seq, 2, "7", 0, &[]));
        }
        Step::FacadeDrops(count) => world.facade_drops(DropReason::NotReady, *count),
        Step::Flush(timeout) => drop(world.flush(*timeout)),
        Step::Close(timeout) => drop(world.close(*timeout)),
        Step::Visible(true) => world.show(),
        Step::Visible(false) => world.hide(),
        Step::Online(online) => world.online(*online),
        Step::Consent(consent) => world.consent(*consent),
        Step::Advance(delay) => world.advance(*delay),
        Step::Late(delay) => world.jump_to(world.now.monotonic + delay),
        Step::Early(delay) => wake_early(world, *delay),
        Step::Answer {
            which,
            status,
            after,
            count,
            frames,
            issues: named,
        } => {
            let mut issues = NO_ISSUES;
            issues[..named.len()].copy_from_slice(named);
            let answer = Answer {
                status: *status,
                retry_after_ms: *after,
                count: *count,
                frames: *frames,
                issues,
            };
            finish(world, which, Outcome::Answered(answer));
        }
        Step::Fail(which) => finish(world, which, Outcome::Failed),
        Step::Store(step) => apply_store(world, *step),
        Step::Ghost(which) => world.outcome(u32::MAX - which.index(5) as u32, Outcome::Failed),
    }
}

fn apply_store(world: &mut World, step: StoreStep) {
    match step {
        StoreStep::Open if world.scans == 0 => world.open_store(),
        StoreStep::Open => {}
        StoreStep::Closed => world.handle(Event::Journal(Store::Closed)),
        StoreStep::Answers(answers) => {
            world.store_answers = answers;
            while answers && !world.store_open.is_empty() {
                world.answer_store();
            }
        }
        StoreStep::Done if !world.store_open.is_empty() => world.answer_store(),
        StoreStep::Refused if matches!(world.store_open.first(), Some(Effect::Store { .. })) => world.refuse_store(),
        StoreStep::Done | StoreStep::Refused => {}
        StoreStep::Orphan(count) => {
            let (id, record) = orphan(count, world.now.unix);
            // Written once by a page that is gone; what comes again is only its announcement.
            if world.planted.insert(id) {
                world.store.insert(id, record);
            }
            world.handle(Event::Journal(Store::Orphan(id)));
        }
        StoreStep::Later => world.handle(Event::Journal(Store::Later)),
        StoreStep::Stays => world.handle(Event::Journal(Store::Stays)),
    }
}

/// A record with entries 1 to `count` of an instance that is named by it: the same each time.
fn orphan(count: u8, unix: u64) -> (Id, Vec<u8>) {
    let id = [0x80 + count; 16];
    let mut entries = Entries::default();
    for seq in 1..=u64::from(count) {
        let text = format!(",{{\"seq\":{seq}}}");
        entries.heads.push(Head {
            seq,
            accepted_at: 0,
            bytes: text.len(),
            level: Level::Info,
            rank: Level::Info,
        });
        entries.text.extend_from_slice(text.as_bytes());
    }
    let header = b",\"accepted\":9,\"resource\":{\"source\":\"gone\"},\"dropped\":{}";
    (id, stored::write(&id, unix, &entries, header))
}

/// The deadline is the next time at which something can be sent: before it, nothing is.
fn wake_early(world: &mut World, delay: Millis) {
    let early = world.now.monotonic + delay;
    if early < world.sleep {
        let requests = world.sent.len();
        world.jump_to(early);
        world.handle(Event::Wake);
        assert_eq!(world.sent.len(), requests, "it slept past the time to send");
    }
}

/// One of the open requests meets its end. Nobody sees the answer of a beacon.
fn finish(world: &mut World, which: &Index, outcome: Outcome) {
    let open = world.open();
    if open.is_empty() {
        return;
    }
    let request = *which.get(&open);
    let is_beacon = world
        .sent
        .iter()
        .any(|sent| sent.request.id == request && sent.request.beacon);
    let outcome = match outcome {
        Outcome::Answered(_) if is_beacon => Outcome::Taken,
        other => other,
    };
    world.outcome(request, outcome);
}
