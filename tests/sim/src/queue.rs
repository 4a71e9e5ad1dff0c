//! What will happen, in the order of time, and then of who came first.

use std::collections::BinaryHeap;
use std::rc::Rc;

use sapwood::core::batch::Id;
use sapwood::core::event::{Outcome, RequestId};

use crate::locks::Left;
use crate::sent::Sent;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The workload goes on.
    Step,
    /// A page's timer.
    Wake { tab: usize, timer: u64 },
    /// A page is idle: its tape goes over.
    Idle { tab: usize },
    /// A request reaches the receiver, for the first time or again.
    Arrive { flight: u64, sent: Rc<Sent>, again: bool },
    /// A request ends for the one who made it.
    End { flight: u64, outcome: Outcome },
    /// The store of a page's journal is open, or cannot be.
    Opened { tab: usize, fails: bool },
    /// A page has run another task since it was hidden, seen or started.
    Stays { tab: usize },
    /// A record is written; asked for after so many suspensions of the page's store.
    Put {
        tab: usize,
        id: Id,
        bytes: Vec<u8>,
        suspended: u32,
    },
    /// A page hears how that went.
    Report { tab: usize, id: Id, stored: bool },
    /// A record is read.
    Get { tab: usize, id: Id, suspended: u32 },
    /// A record is erased.
    Delete { tab: usize, id: Id, suspended: u32 },
    /// A page asks who lives, in this term of its being a sender.
    Look { tab: usize, term: u32 },
    /// It has looked again since its last look, a while ago.
    LookLater { tab: usize, term: u32 },
    /// It sees which records there are, and takes those that are `Left`.
    Keys { tab: usize, term: u32, left: Left },
    /// It may become a sender.
    Lead { tab: usize, term: u32 },
    /// A page hears how its request ended.
    Hear {
        tab: usize,
        request: RequestId,
        outcome: Outcome,
    },
}

/// An action and its time; the order is by time, then by number.
#[derive(Debug)]
struct Due {
    at: u64,
    number: u64,
    action: Action,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.number == other.number
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    /// The heap gives out the greatest: the earliest.
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Due>,
    numbers: u64,
}

impl Queue {
    /// It will happen then.
    pub(crate) fn push(&mut self, at: u64, action: Action) {
        self.numbers += 1;
        let number = self.numbers;
        self.heap.push(Due { at, number, action });
    }

    /// What is next, if it happens until then, and when.
    pub(crate) fn pop(&mut self, until: u64) -> Option<(u64, Action)> {
        self.heap.peek().filter(|due| due.at <= until)?;
        self.heap.pop().map(|due| (due.at, due.action))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}
