//! One page: its client with the model beside it, its clocks, and whether it lives. Does not know the world; `world`
//! performs what the client wants.

use std::rc::Rc;

use sapwood::core::client::Client;
use sapwood::core::effect::Effect;
use sapwood::core::event::Event;
use sapwood::core::stats::{Counters, counter};
use sapwood::core::time::Now;
use sapwood_replay::{Hash, Recorder, Setting, config};

use crate::app::App;
use crate::judge::Judge;
use crate::locks::Locks;
use crate::queue::Action;
use crate::record::hex;
use crate::sent::Sent;
use crate::shadow::Shadow;

/// Is there a page?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Runs,
    /// Frozen, or in the back/forward cache: nothing reaches it until it thaws.
    Frozen,
    Dead,
}

/// Is there a store for the journal?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Journal {
    /// Not asked for, or not open yet.
    None,
    Open,
    /// It failed.
    Closed,
    /// The logger was closed: only what is still to be erased is.
    Ended,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) name: String,
    pub(crate) client: Client,
    pub(crate) judge: Judge,
    pub(crate) app: App,
    pub(crate) life: Life,
    pub(crate) hidden: bool,
    pub(crate) in_cache: bool,
    /// By which the client is known.
    pub(crate) instance: [u8; 8],
    pub(crate) journal: Journal,
    /// What the page does with its locks.
    pub(crate) locks: Locks,
    /// What the browser sends when the page dies without a word.
    pub(crate) later: Option<Rc<Sent>>,
    /// A read of the store will never be answered.
    pub(crate) stuck: bool,
    /// When its clock was 0.
    origin: u64,
    /// Which timer is the one that counts.
    pub(crate) timer: u64,
    /// What happened while it was frozen.
    pub(crate) inbox: Vec<Action>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) hash: Hash,
    /// The same client with a wall clock that does not jump: all that may differ are timestamps (I10).
    shadow: Option<Shadow>,
}

impl Tab {
    /// A page that is opened now, with a client of this seed and these settings.
    pub(crate) fn open(number: usize, now: u64, seed: [u8; 16], settings: &[(Setting, u64)], shadow: bool) -> Tab {
        let config = config(settings);
        let instance: [u8; 8] = seed[..8].try_into().expect("eight of sixteen");
        Tab {
            name: format!("tab {number}"),
            judge: Judge::new(&config, hex(&instance)),
            app: App::new(number),
            life: Life::Runs,
            hidden: false,
            in_cache: false,
            instance,
            journal: Journal::None,
            locks: Locks::default(),
            later: None,
            stuck: false,
            // Pages have clocks of their own: nothing may be compared between them.
            origin: now.saturating_sub(u64::from(seed[0])),
            timer: 0,
            inbox: Vec::new(),
            recorder: None,
            hash: Hash::default(),
            shadow: shadow.then(|| Shadow::new(Client::new(config.clone(), seed))),
            client: Client::new(config, seed),
        }
    }

    /// The page's clocks.
    pub(crate) fn now(&self, global: u64, unix: u64) -> Now {
        Now {
            monotonic: global - self.origin,
            unix,
        }
    }

    /// A moment of the page's clock on the world's.
    pub(crate) fn global(&self, local: u64) -> u64 {
        local.saturating_add(self.origin)
    }

    /// Is there a second client with another wall clock?
    pub(crate) fn has_shadow(&self) -> bool {
        self.shadow.is_some()
    }

    /// It reads what another page has written: how old that is, only the wall clock can say.
    pub(crate) fn reads_another(&mut self) {
        self.shadow = None;
    }

    /// How many entries it holds, its own and others'.
    pub(crate) fn held(&self) -> u64 {
        let held = |counters: Counters| counters[counter::BUFFERED..=counter::STORED].iter().sum::<u64>();
        held(self.client.counters()) + held(self.client.recovered())
    }

    /// Has everything met its end?
    pub(crate) fn is_done(&self) -> bool {
        let (own, others) = (self.client.counters(), self.client.recovered());
        self.judge.is_done(&own, &others, self.stuck)
    }

    /// The client hears of something; `steady` is the wall clock without its jumps.
    pub(crate) fn handle(&mut self, now: Now, steady: u64, event: Event<'_>) {
        let counters = self.client.counters();
        self.judge.event(now, &event, &counters);
        if let Some(recorder) = &mut self.recorder {
            recorder.handled(now, &event);
        }
        if let Some(shadow) = &mut self.shadow {
            shadow.handle(Now { unix: steady, ..now }, event);
        }
        self.client.handle(now, event);
    }

    /// The next effect.
    pub(crate) fn poll(&mut self) -> Option<Effect> {
        let effect = self.client.poll();
        self.hash.effect(effect.as_ref());
        if let Some(recorder) = &mut self.recorder {
            recorder.polled();
        }
        if let Some(shadow) = &mut self.shadow {
            shadow.poll(effect.as_ref());
        }
        effect
    }
}
